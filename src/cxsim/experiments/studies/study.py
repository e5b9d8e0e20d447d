"""A study: a scenario, what varies in it, by which design, under which policies, and how often."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from cxsim.errors import Fault, ScenarioError
from cxsim.experiments.precision import Precision
from cxsim.experiments.studies.case import AS_IS, Case
from cxsim.experiments.studies.designs import AS_WRITTEN, Point, Points
from cxsim.experiments.studies.factors import Factor
from cxsim.experiments.studies.planned import JOINT, LEVERS, UNCERTAINTIES
from cxsim.experiments.studies.pulled import case_of
from cxsim.experiments.studies.reading import Parts, document_of, read_parts, scenario_of
from cxsim.experiments.studies.trial import try_ends
from cxsim.scenario import Scenario, library, load
from cxsim.scenario.faults import Faults
from cxsim.scenario.migrate import FORMAT, format_of
from cxsim.scenario.reader import LARGEST_FILE, Block, decode, read, read_file
from cxsim.scenario.study_fields import USUAL, StudyDocument
from cxsim.scenario.writer import as_text, to_yaml

if TYPE_CHECKING:
    import pandas as pd

# Cases whose text is kept while the same points come back in other worlds.
TEXTS_KEPT: Final = 20_000


class Placed(NamedTuple):
    """A case and where it stands in the study.

    Attributes
    ----------
    point, world : int
        0: as written.
    policy : str
        As the file calls it.
    case : Case
    """

    point: int
    world: int
    policy: str
    case: Case


@dataclass(frozen=True, eq=False)
class Study:
    """Everything that a study file says, checked; nothing about it changes.

    Attributes
    ----------
    name, question : str
    scenario : Scenario
    scenario_name : str
        As written.
    policies : tuple of str
        As-is first.
    levers, uncertainties : tuple of Factor
    levers_from : str
        When levers are pulled: ``month 0``, or ``the start``: then they hold from the very beginning.
    design : dict
        As it stands in the file, or as it would.
    replications : int
        Of each case; where there is a precision, those to begin with.
    precision : tuple of Precision
        Half-widths to reach; empty where the number of replications is fixed.
    most : int
        Most replications of a precision.
    seed : int
        Of all luck, and of the designs.
    measures : tuple of str
        Of interest.
    file : str
        Of the study; empty for one from Python.
    points, worlds : sequence of Point
        Made when they are looked at.
    joint : bool
        Whether each point carries its levers and its world; `worlds` is then the scenario as written.
    """

    name: str
    question: str
    scenario: Scenario
    scenario_name: str
    policies: tuple[str, ...]
    levers: tuple[Factor, ...]
    uncertainties: tuple[Factor, ...]
    levers_from: str
    design: dict[str, Any]
    replications: int
    precision: tuple[Precision, ...]
    most: int
    seed: int
    measures: tuple[str, ...]
    file: str
    points: Sequence[Point]
    worlds: Sequence[Point]
    joint: bool
    _written: dict[str, Any]

    @property
    def factors(self) -> tuple[Factor, ...]:
        """Levers, then uncertainties."""
        return self.levers + self.uncertainties

    def case(self, levers: Mapping[str, str], world: Mapping[str, str] | None = None, policy: str = AS_IS) -> Case:
        """Return the case of any values of the factors, of the design or not.

        Parameters
        ----------
        levers : mapping of str to str
            Texts of levers by path; those that are left out stay as they are.
        world : mapping of str to str, optional
            Texts of anything, by path.
        policy : str
        """
        known = {factor.path: factor for factor in self.levers}
        texts, there = tuple(levers.items()), tuple((world or {}).items())
        return case_of(self.scenario, known, self.levers_from, texts, there, policy)

    def cases(self) -> Iterator[Placed]:
        """Yield all cases: world by world, in it point by point, and at each the policies.

        At point 0 of a study with levers there is as-is, above which costs are counted, and no other policy (but for a
        design one at a time, which starts from there).
        """
        known = {factor.path: factor for factor in self.levers}
        base = set(self.policies) if not self.levers or self.starts_from_0 else {AS_IS}

        @lru_cache(maxsize=TEXTS_KEPT)
        def made(texts: tuple[tuple[str, str], ...], policy: str) -> Case:
            return case_of(self.scenario, known, self.levers_from, texts, (), policy)

        for world in self.worlds:
            for point in self.points:
                own = tuple(pair for pair in point.texts if pair[0] in known)
                there = dict(world.texts) | {path: text for path, text in point.texts if path not in known}
                for policy in self.policies:
                    if point.number == 0 and policy not in base:
                        continue
                    case = made(own, policy)
                    if there:
                        case = case._replace(changes=tuple(sorted({**dict(case.changes), **there}.items())))
                    yield Placed(point.number, world.number, policy, case)

    @property
    def count(self) -> int:
        """Number of cases."""
        with_levers = bool(self.levers) and not self.starts_from_0
        left_out = len(self.policies) - 1 if with_levers else 0
        return len(self.worlds) * (len(self.points) * len(self.policies) - left_out)

    @property
    def starts_from_0(self) -> bool:
        """Whether point 0 is part of the design, as it is where factors change one at a time."""
        own = self.design if self.joint else self.design.get(LEVERS, self.design)
        return "one at a time" in own

    def points_table(self) -> pd.DataFrame:
        """Return what every point and world is: a row for each pair of them.

        Returns
        -------
        DataFrame
            `point`, `world`, and for each factor its path (a number, in the factor's unit) and ``PATH (text)``.
        """
        import numpy as np
        import pandas as pd

        points, worlds = list(self.points), list(self.worlds)
        table: dict[str, Any] = {
            "point": np.tile([point.number for point in points], len(worlds)),
            "world": np.repeat([world.number for world in worlds], len(points)),
        }
        for factor in self.factors:
            of_world = not self.joint and factor in self.uncertainties
            texts = [dict(one.texts).get(factor.path, factor.as_is) for one in (worlds if of_world else points)]
            numbers = [factor.as_is_number if text == factor.as_is else factor.number(text) for text in texts]
            for name, values in ((factor.path, np.array(numbers)), (f"{factor.path} (text)", np.array(texts, object))):
                table[name] = np.repeat(values, len(points)) if of_world else np.tile(values, len(worlds))
        return pd.DataFrame(table)

    def resolved(self, scenario: str | None = None) -> str:
        """Return the study as a file, with everything that is used; loading it gives the same cases.

        Parameters
        ----------
        scenario : str, optional
            What the file calls its scenario; as written by default. With it, points that stand in a CSV file are
            written out: that file does not go where the study goes.
        """
        if scenario is None:
            return to_yaml(self._written)
        own = self._written.get("design")
        more = {} if not isinstance(own, dict) else {"design": self._without_files(own)}
        return to_yaml({**self._written, "scenario": scenario, **more})

    def _without_files(self, design: dict[str, Any]) -> dict[str, Any]:
        """Return a design as written, with the points of its files in it."""

        def listed(one: Any, points: Sequence[Point]) -> Any:
            if not (isinstance(one, dict) and "file" in one):
                return one
            return {"points": [dict(point.texts) for point in points if point.number]}

        if self.joint:
            return dict(listed(design, self.points))
        axes = {LEVERS: self.points, UNCERTAINTIES: self.worlds}
        return {kind: listed(one, axes[kind]) for kind, one in design.items()}


def load_study(path_or_name: str | Path, *, allow_steering: bool = False) -> Study:
    """Load a study and check everything about it.

    Parameters
    ----------
    path_or_name : str or Path
        A file, or the name of a bundled study.
    allow_steering : bool
        As for `cxsim.load`: whether Python functions that the scenario names may be imported and run.

    Raises
    ------
    ScenarioError
        With all faults; `UnreadableError` if the file cannot be read at all.
    """
    path = library.locate(path_or_name)
    _, tree = read_file(path)
    return _loaded(tree, str(path), path.parent, path.stem, allow_steering=allow_steering)


def loads_study(
    data: str | bytes, name: str = "study.yaml", folder: Path | None = None, *, allow_steering: bool = False
) -> Study:
    """Load a study from text; `name` stands in messages, `folder` holds the files it names."""
    text = decode(data, name, LARGEST_FILE) if isinstance(data, bytes) else data
    return _loaded(read(text, name), name, folder or Path(), Path(name).stem, allow_steering=allow_steering)


def study_of(scenario: Scenario | str | Path, question: str = "", **sections: Any) -> Study:
    """Return a study from Python, checked as a file is.

    Parameters
    ----------
    scenario : Scenario, str or Path
    question : str
    **sections
        As they stand in a study file, in Python's numbers and containers: `policies`, `levers`, `uncertainties`,
        `design`, `replications`, `precision`, `most`, `seed`, `measures`; `from_` stands for `from`, and underscores
        for the spaces of a design (``{"latin_hypercube": 64}``).

    Raises
    ------
    ScenarioError
        With all faults.
    """
    there = scenario if isinstance(scenario, Scenario) else load(scenario)
    content = {key.removesuffix("_"): as_text(value) for key, value in sections.items() if value is not None}
    if isinstance(content.get("design"), str | dict):
        content["design"] = _spaced(content["design"])
    tree = {"format": "1", "study": question or there.name, "scenario": there.name, **content}
    return _loaded(Block(tree), "study", Path(), there.name, scenario=there)


def _spaced(design: Any) -> Any:
    """Write ``one_at_a_time`` as a file does; the paths of points stay as they are."""
    if not isinstance(design, dict):
        return str(design).replace("_", " ")
    return {
        key.replace("_", " "): _spaced(value) if key in {LEVERS, UNCERTAINTIES} else value
        for key, value in design.items()
    }


def _loaded(
    tree: Block, file: str, folder: Path, name: str, *, scenario: Scenario | None = None, allow_steering: bool = False
) -> Study:
    if "study" not in tree:
        given = "a scenario" if "firms" in tree else "no `study`"
        remedy = "write the question after `study:`" + ("; `cxsim compare` runs a scenario" if "firms" in tree else "")
        raise ScenarioError([Fault(file, 1, "", given, "a study file", remedy)])
    faults = Faults(file, tree, StudyDocument)
    if format_of(tree, file) < FORMAT:
        faults.add(("format",), "`0`", f"format {FORMAT}", f"write `format: {FORMAT}`")
        faults.raise_if_any()
    document = document_of(tree, faults)
    there = scenario
    if document is not None and there is None:
        there = scenario_of(document, folder, faults, allow_steering=allow_steering)
    if document is None or there is None:
        faults.raise_if_any()
        raise AssertionError
    parts = read_parts(document, there, folder, faults)
    faults.raise_if_any()
    try_ends(parts, faults)
    faults.raise_if_any()
    return _made(parts, file, name.removesuffix(".resolved"))


def _made(parts: Parts, file: str, name: str) -> Study:
    joint = JOINT in parts.designs
    of_points, of_worlds = parts.designs.get(JOINT) or parts.designs.get(LEVERS), parts.designs.get(UNCERTAINTIES)
    points = Points(of_points.made(parts.seed) if of_points else AS_WRITTEN, zero=True)
    from_written = of_worlds is None or of_worlds.written.one_at_a_time is not None
    worlds = Points(of_worlds.made(parts.seed) if of_worlds else AS_WRITTEN, zero=from_written)
    design = {key: one.written.model_dump(by_alias=True, exclude_none=True) for key, one in parts.designs.items()}
    design = design[JOINT] if joint else design
    written = _tree(parts, design)
    return Study(
        name=name,
        question=parts.document.study,
        scenario=parts.scenario,
        scenario_name=parts.document.scenario,
        policies=parts.policies,
        levers=parts.levers,
        uncertainties=parts.uncertainties,
        levers_from=parts.pulled,
        design=design,
        replications=parts.replications,
        precision=parts.precision,
        most=parts.most,
        seed=parts.seed,
        measures=parts.measures,
        file=file,
        points=points,
        worlds=worlds,
        joint=joint,
        _written=written,
    )


def _tree(parts: Parts, design: dict[str, Any]) -> dict[str, Any]:
    """Return the study as nested text, with all that was left out."""
    document = parts.document
    tree: dict[str, Any] = {
        "format": "1",
        "study": document.study,
        "scenario": document.scenario,
        "policies": list(parts.policies),
    }
    dumped = document.model_dump(by_alias=True, exclude_none=True)
    if parts.levers:
        tree |= {"levers": dumped["levers"], "from": parts.pulled}
    if parts.uncertainties:
        tree["uncertainties"] = {
            factor.path: {"range": factor.text} if factor.span else {"levels": list(factor.levels)}
            for factor in parts.uncertainties
        }
    if design:
        tree["design"] = _word(design)
    if parts.precision:
        tree |= {"precision": dumped["precision"], "most": str(parts.most)}
    else:
        tree["replications"] = str(parts.replications)
    return tree | {"seed": str(parts.seed), "measures": list(parts.measures)}


def _word(design: dict[str, Any]) -> Any:
    """Write `{grid: usual}` as `grid`."""
    if len(design) == 1 and USUAL in design.values():
        return next(iter(design))
    return {key: _word(value) if isinstance(value, dict) else value for key, value in design.items()}
