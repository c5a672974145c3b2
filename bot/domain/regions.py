"""The regions people write in short after a city: the states of the USA and Australia, Canada's provinces.

The codes are those of the national posts, which ISO 3166-2 shares. Other countries' regions stand in the
table of cities by a name of their own, or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_USA = """
AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|DE Delaware
DC District of Columbia|FL Florida|GA Georgia|HI Hawaii|ID Idaho|IL Illinois|IN Indiana|IA Iowa|KS Kansas
KY Kentucky|LA Louisiana|ME Maine|MD Maryland|MA Massachusetts|MI Michigan|MN Minnesota|MS Mississippi
MO Missouri|MT Montana|NE Nebraska|NV Nevada|NH New Hampshire|NJ New Jersey|NM New Mexico|NY New York
NC North Carolina|ND North Dakota|OH Ohio|OK Oklahoma|OR Oregon|PA Pennsylvania|RI Rhode Island
SC South Carolina|SD South Dakota|TN Tennessee|TX Texas|UT Utah|VT Vermont|VA Virginia|WA Washington
WV West Virginia|WI Wisconsin|WY Wyoming
"""

_CANADA = """
AB Alberta|BC British Columbia|MB Manitoba|NB New Brunswick|NL Newfoundland and Labrador|NS Nova Scotia
NT Northwest Territories|NU Nunavut|ON Ontario|PE Prince Edward Island|QC Quebec|SK Saskatchewan|YT Yukon
"""

_AUSTRALIA = """
ACT Australian Capital Territory|NSW New South Wales|NT Northern Territory|QLD Queensland
SA South Australia|TAS Tasmania|VIC Victoria|WA Western Australia
"""


def _read(table: str) -> Mapping[str, str]:
    pairs = (entry.partition(" ") for line in table.split("\n") for entry in line.split("|") if entry)
    return MappingProxyType({code: name for code, _, name in pairs})


REGIONS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {"US": _read(_USA), "CA": _read(_CANADA), "AU": _read(_AUSTRALIA)}
)
"""Country (ISO 3166 alpha-2) -> the code of a region -> its English name."""
