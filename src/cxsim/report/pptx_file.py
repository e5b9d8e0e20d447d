"""The one place that knows python-pptx: a blank 16:9 presentation, and the few things that are put on a slide."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any, Final, Literal, NamedTuple
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from cxsim.charts.style import GRID
from cxsim.charts.theme import Theme, kind_of
from cxsim.errors import InputError
from cxsim.report.cells import clean
from cxsim.report.chart_xml import Drawn
from cxsim.report.xlsx_file import behind_chart

if TYPE_CHECKING:
    from pptx.presentation import Presentation

WIDTH: Final = 40 / 3  # inches, the 16:9 page of presentation programs
HEIGHT: Final = 7.5
TITLE_ONLY: Final = "Title Only"
ACCENTS: Final = 6
NO_STYLE: Final = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # a table without lines and fills of its own
SLIDE_NUMBER: Final = "{6C3F1A52-8B0E-4E5D-9A77-3D1B2C4E5F60}"
DAWN: Final = (1980, 1, 1, 0, 0, 0)  # the earliest time that an archive can hold
THUMBNAIL: Final = "docProps/thumbnail.jpeg"  # of the empty presentation
EDGE: Final = (
    '<a:lnB xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" w="9525"><a:solidFill>'
    f'<a:srgbClr val="{GRID.lstrip("#").upper()}"/></a:solidFill></a:lnB>'
)
Side = Literal["left", "center", "right"]


class Box(NamedTuple):
    """A place on a slide in inches from the upper left corner."""

    left: float
    top: float
    width: float
    height: float


class Run(NamedTuple):
    """Letters of one kind; no colour is the theme's ink."""

    text: str
    size: float
    bold: bool = False
    color: str = ""


@dataclass(frozen=True)
class Chart:
    """A chart as python-pptx asks for one: it takes the XML and the workbook, and makes neither."""

    xml: str
    xlsx_blob: bytes

    def xml_bytes(self, _kind: object) -> bytes:
        """Return the chart."""
        return self.xml.encode("utf-8")


class Pages:
    """A presentation in the making.

    Parameters
    ----------
    theme : Theme
    title : str
        Of the file.
    made : datetime
        Written into the file, and into the workbooks behind its charts.

    Raises
    ------
    InputError
        When python-pptx is not installed.
    """

    def __init__(self, theme: Theme, title: str, made: datetime) -> None:
        try:
            import pptx
        except ImportError:
            message = 'slides: python-pptx, which is not installed; it is needed; run: pip install "cxsim[office]"'
            raise InputError(message) from None
        self.theme = theme
        self.made = made.replace(tzinfo=None, microsecond=0)
        self._file = pptx.Presentation()
        _prepare(self._file, theme)
        about = self._file.core_properties
        about.title, about.author, about.last_modified_by = clean(title), "cxsim", "cxsim"
        about.created = about.modified = self.made
        about.revision = 1
        self._slide: Any = None

    def add(self, title: Run, box: Box, notes: str) -> None:
        """Begin a slide."""
        slide: Any = self._file.slides.add_slide(self._file.slide_layouts[0])
        place = slide.shapes.title
        place.left, place.top, place.width, place.height = _emu(box)
        self._fill_frame(place.text_frame, [[title]], "left", "top")
        slide.notes_slide.notes_text_frame.text = "\n".join(clean(line) for line in notes.split("\n"))
        self._slide = slide

    def words(
        self,
        box: Box,
        paragraphs: Sequence[Sequence[Run]],
        side: Side = "left",
        anchor: str = "top",
        *,
        gap: float = 0.0,
    ) -> None:
        """Write paragraphs into a box; `gap` points lie between two."""
        shape = self._now.shapes.add_textbox(*_emu(box))
        self._fill_frame(shape.text_frame, paragraphs, side, anchor, gap)

    def block(self, box: Box, color: str) -> None:
        """Put a coloured rectangle without an edge."""
        from pptx.dml.color import RGBColor
        from pptx.enum.shapes import MSO_SHAPE

        shape = self._now.shapes.add_shape(MSO_SHAPE.RECTANGLE, *_emu(box))
        shape.fill.solid()
        shape.fill.fore_color.rgb = RGBColor.from_string(color.lstrip("#").upper())
        shape.line.fill.background()
        _plain(shape)

    def rule(self, begin: tuple[float, float], end: tuple[float, float], color: str) -> None:
        """Draw a thin line between two places in inches."""
        from pptx.dml.color import RGBColor
        from pptx.enum.shapes import MSO_CONNECTOR
        from pptx.util import Inches, Pt

        ends = (Inches(place) for place in (*begin, *end))
        line = self._now.shapes.add_connector(MSO_CONNECTOR.STRAIGHT, *ends)
        line.line.color.rgb = RGBColor.from_string(color.lstrip("#").upper())
        line.line.width = Pt(0.75)
        _plain(line)

    def chart(self, box: Box, drawn: Drawn, alt: str) -> None:
        """Put a native chart, with the workbook that its numbers stand in."""
        from pptx.enum.chart import XL_CHART_TYPE

        data: Any = Chart(drawn.xml, behind_chart(drawn.sheet, self.made))
        frame = self._now.shapes.add_chart(XL_CHART_TYPE.XY_SCATTER, *_emu(box), data)
        _describe(frame, alt)

    def table(
        self, box: Box, widths: Sequence[float], rows: Sequence[tuple[float, Sequence[Run], str]], alt: str
    ) -> None:
        """Put a table of texts.

        Parameters
        ----------
        box : Box
        widths : sequence of float
            Of the columns, inches.
        rows : sequence of (height in inches, one Run a cell, fill or nothing)
        alt : str
        """
        from pptx.util import Inches

        frame = self._now.shapes.add_table(len(rows), len(widths), *_emu(box))
        table = frame.table
        table._tbl.tblPr.find("{*}tableStyleId").text = NO_STYLE  # noqa: SLF001 -- python-pptx has no name for it
        table.horz_banding = False
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Inches(width)
        for number, (height, cells, fill) in enumerate(rows):
            table.rows[number].height = Inches(height)
            for column, run in enumerate(cells):
                self._fill_cell(table.cell(number, column), run, fill, last=number == len(rows) - 1)
        _describe(frame, alt)

    def logo(self, box: Box) -> None:
        """Put the client's logo into the upper right corner of a box, no larger than the box, where there is one."""
        from pptx.util import Inches

        path = self.theme.logo
        if path is None:
            return
        if not kind_of(path):
            raise InputError(f"logo: {path}; a PNG or JPEG file is allowed; name another")
        picture = self._now.shapes.add_picture(str(path), 0, 0)
        scale = min(Inches(box.width) / picture.width, Inches(box.height) / picture.height)
        picture.width, picture.height = round(picture.width * scale), round(picture.height * scale)
        picture.left, picture.top = Inches(box.left + box.width) - picture.width, Inches(box.top)
        _describe(picture, "Logo")

    def number(self, box: Box, run: Run) -> None:
        """Put the number of the slide, which the program keeps right."""
        from lxml import etree

        shape = self._now.shapes.add_textbox(*_emu(box))
        self._fill_frame(shape.text_frame, [[run]], "right", "middle")
        written = shape.text_frame.paragraphs[0].runs[0]._r  # noqa: SLF001 -- a field has no other way in
        field = etree.SubElement(written.getparent(), written.tag[:-1] + "fld", id=SLIDE_NUMBER, type="slidenum")
        field.extend(list(written))
        written.getparent().replace(written, field)

    def save(self) -> bytes:
        """Return the file; the same slides always give the same bytes."""
        stream = BytesIO()
        self._file.save(stream)
        return _settled(stream.getvalue())

    @property
    def _now(self) -> Any:
        if self._slide is None:
            raise ValueError("slides: none yet; add one first")
        return self._slide

    def _fill_frame(
        self, frame: Any, paragraphs: Sequence[Sequence[Run]], side: Side, anchor: str, gap: float = 0.0
    ) -> None:
        from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE, PP_ALIGN
        from pptx.util import Pt

        frame.word_wrap = True
        frame.auto_size = MSO_AUTO_SIZE.NONE
        frame.vertical_anchor = {"top": MSO_ANCHOR.TOP, "middle": MSO_ANCHOR.MIDDLE, "bottom": MSO_ANCHOR.BOTTOM}[
            anchor
        ]
        frame.margin_left = frame.margin_right = frame.margin_top = frame.margin_bottom = 0
        for number, runs in enumerate(paragraphs):
            paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
            paragraph.alignment = {"left": PP_ALIGN.LEFT, "center": PP_ALIGN.CENTER, "right": PP_ALIGN.RIGHT}[side]
            paragraph.space_before = Pt(gap if number else 0.0)
            paragraph.line_spacing = 1.0
            for run in runs:
                self._write(paragraph.add_run(), run)

    def _fill_cell(self, cell: Any, run: Run, fill: str, *, last: bool) -> None:
        from lxml import etree
        from pptx.dml.color import RGBColor
        from pptx.enum.text import MSO_ANCHOR
        from pptx.util import Inches

        cell.vertical_anchor = MSO_ANCHOR.MIDDLE
        cell.margin_left, cell.margin_right = Inches(0.04), Inches(0.08)
        cell.margin_top = cell.margin_bottom = 0
        if fill:
            cell.fill.solid()
            cell.fill.fore_color.rgb = RGBColor.from_string(fill.lstrip("#").upper())
        else:
            cell.fill.background()
        if not last:
            cell._tc.get_or_add_tcPr().insert(0, etree.fromstring(EDGE))  # noqa: SLF001 -- python-pptx has no name for it
        paragraph = cell.text_frame.paragraphs[0]
        cell.text_frame.word_wrap = True
        self._write(paragraph.add_run(), run)

    def _write(self, place: Any, run: Run) -> None:
        from pptx.dml.color import RGBColor
        from pptx.util import Pt

        place.text = clean(run.text)
        place.font.size = Pt(round(run.size, 1))
        place.font.bold = run.bold
        place.font.color.rgb = RGBColor.from_string((run.color or self.theme.ink).lstrip("#").upper())


def _prepare(file: Presentation, theme: Theme) -> None:
    """Make the empty presentation 16:9, with one layout, and the theme's colours and font for what is added later."""
    from pptx.opc.constants import RELATIONSHIP_TYPE
    from pptx.util import Inches

    file.slide_width, file.slide_height = Inches(WIDTH), Inches(HEIGHT)
    for layout in list(file.slide_layouts):
        if layout.name != TITLE_ONLY:
            file.slide_layouts.remove(layout)
    master = file.slide_masters[0]
    rooms: tuple[Any, ...] = (master, file.slide_layouts[0])
    for room in rooms:
        for place in list(room.placeholders):
            kind = str(place.placeholder_format.type)
            if kind.startswith(("DATE", "FOOTER", "SLIDE_NUMBER")):
                place._element.getparent().remove(place._element)  # noqa: SLF001 -- there is no other way to remove one
            else:
                top, height = (0.45, 1.0) if kind.startswith("TITLE") else (2.0, 4.7)
                place.left, place.top, place.width, place.height = _emu(Box(0.6, top, WIDTH - 1.2, height))
    part = master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
    text = part.blob.decode("utf-8")
    text = re.sub(r'(<a:(?:major|minor)Font><a:latin typeface=")[^"]*', rf"\g<1>{theme.office_font}", text)
    for number in range(1, ACCENTS + 1):
        color = theme.colors[(number - 1) % len(theme.colors)].lstrip("#").upper()
        text = re.sub(rf"(<a:accent{number}>).*?(</a:accent{number}>)", rf'\1<a:srgbClr val="{color}"/>\2', text)
    part._blob = text.encode("utf-8")  # noqa: SLF001 -- python-pptx reads themes and never writes them


def _emu(box: Box) -> tuple[Any, Any, Any, Any]:
    from pptx.util import Inches

    return Inches(box.left), Inches(box.top), Inches(box.width), Inches(box.height)


def _plain(shape: Any) -> None:
    """Take away what themes add to shapes: shadows, edges."""
    for style in shape._element.xpath("./p:style"):  # noqa: SLF001 -- python-pptx has no name for it
        shape._element.remove(style)  # noqa: SLF001


def _describe(shape: Any, alt: str) -> None:
    """Say in words what a shape shows."""
    shape._element.xpath(".//p:cNvPr")[0].set("descr", clean(alt))  # noqa: SLF001 -- python-pptx has no name for it


def _settled(data: bytes) -> bytes:
    """Pack a presentation anew without the time of packing, and without the picture of the empty one."""
    stream = BytesIO()
    with ZipFile(BytesIO(data)) as old, ZipFile(stream, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            if name == THUMBNAIL:
                continue
            content = old.read(name)
            if name == "_rels/.rels":
                content = re.sub(rb"<Relationship [^>]*thumbnail[^>]*/>", b"", content)
            entry = ZipInfo(name, DAWN)
            entry.compress_type = ZIP_DEFLATED
            new.writestr(entry, content)
    return stream.getvalue()
