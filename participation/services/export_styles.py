"""How the layers of a GeoPackage look: the table in which QGIS looks for styles, filled with colours and labels."""

import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree as ET

from participation import codebook
from participation.services import export_readmes
from participation.services.export_contents import Content
from participation.services.export_features import columns_beside, has_places, is_areas

# Colour and shape together, as on the map; the colours are those of its light side.
KINDS = {
    "heat_island": ("#c2410c", "triangle"),
    "climate_oasis": ("#0f766e", "circle"),
    "idea": ("#6d3fc4", "star"),
    "feedback": ("#475569", "square"),
}
OTHERS = ("#1d4f91", "circle")
SLD = "http://www.opengis.net/sld"
# As QGIS makes it.
LAYER_STYLES = """
CREATE TABLE layer_styles (
  id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
  f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
  useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME
)
"""
CONTENTS = "INSERT INTO gpkg_contents (table_name, data_type, identifier, last_change) VALUES (?, ?, ?, ?)"


@dataclass(frozen=True)
class Style:
    """The same look for QGIS and, as Styled Layer Descriptor, for others."""

    qml: str
    sld: str


def style(layer: str, content: Content, *, lang: str) -> Style | None:
    """The look of a layer, with the names of its columns and codes in this language; None for one without a map."""
    if not has_places(content):
        return None
    colour, shape = KINDS.get(layer, OTHERS)
    return Style(_qml(content, colour, shape, lang), _sld(layer, colour, shape, areas=is_areas(content)))


def store(connection: sqlite3.Connection, styles: Iterable[tuple[str, str, Style]], *, moment: str) -> None:
    """Put the styles (layer, title, look) where QGIS finds them; the first row of a layer is its default."""
    connection.execute(LAYER_STYLES)
    connection.execute(CONTENTS, ("layer_styles", "attributes", "layer_styles", moment))
    for layer, title, look in styles:
        connection.execute(
            "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName,"
            " styleQML, styleSLD, useAsDefault, description, owner, update_time)"
            " VALUES ('', '', ?, 'geom', ?, ?, ?, 1, ?, '', ?)",
            (layer, title[:30], look.qml, look.sld, title, moment),
        )


def _qml(content: Content, colour: str, shape: str, lang: str) -> str:
    areas = is_areas(content)
    root = ET.Element("qgis", version="3.22.0", styleCategories="Symbology|Fields|Forms")
    renderer = ET.SubElement(root, "renderer-v2", type="singleSymbol", symbollevels="0", forceraster="0")
    symbols = ET.SubElement(renderer, "symbols")
    symbol = ET.SubElement(symbols, "symbol", type="fill" if areas else "marker", name="0", alpha="1")
    layer = ET.SubElement(symbol, "layer", {"class": "SimpleFill" if areas else "SimpleMarker", "enabled": "1"})
    looks = _fill(colour) if areas else _marker(colour, shape)
    options = ET.SubElement(layer, "Option", type="Map")
    for name, value in looks.items():
        ET.SubElement(options, "Option", type="QString", name=name, value=value)
        # Read by QGIS up to 3.18.
        ET.SubElement(layer, "prop", k=name, v=value)
    _name_fields(root, content, lang)
    return "<!DOCTYPE qgis>\n" + ET.tostring(root, encoding="unicode")


def _name_fields(root: ET.Element, content: Content, lang: str) -> None:
    """QGIS shows the names, the file keeps the codes."""
    configuration = ET.SubElement(root, "fieldConfiguration")
    aliases = ET.SubElement(root, "aliases")
    # The first field of a layer is the number of its row.
    for number, (_, column) in enumerate(columns_beside(content), 1):
        title = export_readmes.column_title(content.name, column.name, lang)
        ET.SubElement(aliases, "alias", index=str(number), field=column.name, name=title)
        codes = codebook.codes(column.name) if column.type == "code" else {}
        if codes:
            field = ET.SubElement(configuration, "field", name=column.name)
            config = ET.SubElement(ET.SubElement(field, "editWidget", type="ValueMap"), "config")
            values = ET.SubElement(ET.SubElement(config, "Option", type="Map"), "Option", type="List", name="map")
            for code, label in codes.items():
                pair = ET.SubElement(values, "Option", type="Map")
                ET.SubElement(pair, "Option", type="QString", name=label[lang], value=code)


def _marker(colour: str, shape: str) -> Mapping[str, str]:
    white = _numbers("#ffffff")
    line = {"outline_color": white, "outline_style": "solid", "outline_width": "0.3", "outline_width_unit": "MM"}
    return {"name": shape, "color": _numbers(colour), "size": "3.4", "size_unit": "MM", **line}


def _fill(colour: str) -> Mapping[str, str]:
    line = {"outline_color": _numbers(colour), "outline_style": "solid", "outline_width": "0.3"}
    return {"color": _numbers(colour, opacity=70), "style": "solid", **line}


def _numbers(colour: str, opacity: int = 255) -> str:
    return ",".join(str(int(colour[at : at + 2], 16)) for at in (1, 3, 5)) + f",{opacity}"


def _sld(layer: str, colour: str, shape: str, *, areas: bool) -> str:
    root = ET.Element("StyledLayerDescriptor", {"version": "1.0.0", "xmlns": SLD})
    named = ET.SubElement(root, "NamedLayer")
    ET.SubElement(named, "Name").text = layer
    rule = ET.SubElement(ET.SubElement(ET.SubElement(named, "UserStyle"), "FeatureTypeStyle"), "Rule")
    if areas:
        _parameter(ET.SubElement(ET.SubElement(rule, "PolygonSymbolizer"), "Fill"), "fill", colour)
    else:
        graphic = ET.SubElement(ET.SubElement(rule, "PointSymbolizer"), "Graphic")
        mark = ET.SubElement(graphic, "Mark")
        ET.SubElement(mark, "WellKnownName").text = shape
        _parameter(ET.SubElement(mark, "Fill"), "fill", colour)
        _parameter(ET.SubElement(mark, "Stroke"), "stroke", "#ffffff")
        ET.SubElement(graphic, "Size").text = "12"
    return ET.tostring(root, encoding="unicode")


def _parameter(parent: ET.Element, name: str, value: str) -> None:
    ET.SubElement(parent, "CssParameter", name=name).text = value
