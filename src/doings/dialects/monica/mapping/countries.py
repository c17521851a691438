"""Countries by their two letters (ISO 3166-1), as Monica shows them. Pure."""

from typing import Any

_TABLE = """
AF Afghanistan|AX Åland Islands|AL Albania|DZ Algeria|AS American Samoa|AD Andorra|AO Angola|
AI Anguilla|AQ Antarctica|AG Antigua and Barbuda|AR Argentina|AM Armenia|AW Aruba|AU Australia|
AT Austria|AZ Azerbaijan|BS Bahamas|BH Bahrain|BD Bangladesh|BB Barbados|BY Belarus|BE Belgium|
BZ Belize|BJ Benin|BM Bermuda|BT Bhutan|BO Bolivia|BA Bosnia and Herzegovina|BW Botswana|
BV Bouvet Island|BR Brazil|IO British Indian Ocean Territory|VG British Virgin Islands|BN Brunei|
BG Bulgaria|BF Burkina Faso|BI Burundi|KH Cambodia|CM Cameroon|CA Canada|CV Cape Verde|
BQ Caribbean Netherlands|KY Cayman Islands|CF Central African Republic|TD Chad|CL Chile|CN China|
CX Christmas Island|CC Cocos Islands|CO Colombia|KM Comoros|CK Cook Islands|CR Costa Rica|
HR Croatia|CU Cuba|CW Curaçao|CY Cyprus|CZ Czechia|DK Denmark|DJ Djibouti|DM Dominica|
DO Dominican Republic|CD DR Congo|EC Ecuador|EG Egypt|SV El Salvador|GQ Equatorial Guinea|
ER Eritrea|EE Estonia|SZ Eswatini|ET Ethiopia|FK Falkland Islands|FO Faroe Islands|FJ Fiji|
FI Finland|FR France|GF French Guiana|PF French Polynesia|TF French Southern and Antarctic Lands|
GA Gabon|GM Gambia|GE Georgia|DE Germany|GH Ghana|GI Gibraltar|GR Greece|GL Greenland|GD Grenada|
GP Guadeloupe|GU Guam|GT Guatemala|GG Guernsey|GN Guinea|GW Guinea-Bissau|GY Guyana|HT Haiti|
HM Heard Island and McDonald Islands|HN Honduras|HK Hong Kong|HU Hungary|IS Iceland|IN India|
ID Indonesia|IR Iran|IQ Iraq|IE Ireland|IM Isle of Man|IL Israel|IT Italy|CI Ivory Coast|
JM Jamaica|JP Japan|JE Jersey|JO Jordan|KZ Kazakhstan|KE Kenya|KI Kiribati|KW Kuwait|
KG Kyrgyzstan|LA Laos|LV Latvia|LB Lebanon|LS Lesotho|LR Liberia|LY Libya|LI Liechtenstein|
LT Lithuania|LU Luxembourg|MO Macau|MG Madagascar|MW Malawi|MY Malaysia|MV Maldives|ML Mali|
MT Malta|MH Marshall Islands|MQ Martinique|MR Mauritania|MU Mauritius|YT Mayotte|MX Mexico|
FM Micronesia|MD Moldova|MC Monaco|MN Mongolia|ME Montenegro|MS Montserrat|MA Morocco|
MZ Mozambique|MM Myanmar|NA Namibia|NR Nauru|NP Nepal|NL Netherlands|NC New Caledonia|
NZ New Zealand|NI Nicaragua|NE Niger|NG Nigeria|NU Niue|NF Norfolk Island|KP North Korea|
MK North Macedonia|MP Northern Mariana Islands|NO Norway|OM Oman|PK Pakistan|PW Palau|
PS Palestine|PA Panama|PG Papua New Guinea|PY Paraguay|PE Peru|PH Philippines|PN Pitcairn|
PL Poland|PT Portugal|PR Puerto Rico|QA Qatar|CG Republic of the Congo|RE Réunion|RO Romania|
RU Russia|RW Rwanda|BL Saint Barthélemy|SH Saint Helena|KN Saint Kitts and Nevis|LC Saint Lucia|
MF Saint Martin|PM Saint Pierre and Miquelon|VC Saint Vincent and the Grenadines|WS Samoa|
SM San Marino|ST São Tomé and Príncipe|SA Saudi Arabia|SN Senegal|RS Serbia|SC Seychelles|
SL Sierra Leone|SG Singapore|SX Sint Maarten|SK Slovakia|SI Slovenia|SB Solomon Islands|
SO Somalia|ZA South Africa|GS South Georgia and the South Sandwich Islands|KR South Korea|
SS South Sudan|ES Spain|LK Sri Lanka|SD Sudan|SR Suriname|SJ Svalbard and Jan Mayen|SE Sweden|
CH Switzerland|SY Syria|TW Taiwan|TJ Tajikistan|TZ Tanzania|TH Thailand|TL Timor-Leste|TG Togo|
TK Tokelau|TO Tonga|TT Trinidad and Tobago|TN Tunisia|TR Turkey|TM Turkmenistan|
TC Turks and Caicos Islands|TV Tuvalu|UG Uganda|UA Ukraine|AE United Arab Emirates|
GB United Kingdom|US United States|UM United States Minor Outlying Islands|
VI United States Virgin Islands|UY Uruguay|UZ Uzbekistan|VU Vanuatu|VA Vatican City|VE Venezuela|
VN Vietnam|WF Wallis and Futuna|EH Western Sahara|YE Yemen|ZM Zambia|ZW Zimbabwe
"""

COUNTRIES: dict[str, str] = dict(
    country.split(" ", 1) for country in _TABLE.replace("\n", "").split("|")
)
"""The countries' names in English, in the order of the names."""

OTHER_CODES = {"UK": "GB", "USA": "US"}
"""What countries are also called."""

_OTHER_NAMES = {
    name: code
    for code, names in {
        "AT": "österreich|oesterreich|autriche",
        "BE": "belgië|belgique|belgien",
        "BR": "brasil",
        "CH": "schweiz|suisse|svizzera",
        "CI": "côte d'ivoire",
        "CZ": "czech republic",
        "DE": "deutschland|allemagne|alemania|germania",
        "DK": "danmark",
        "ES": "españa|spanien|espagne",
        "FI": "suomi",
        "FR": "frankreich|francia",
        "GB": "great britain|england|scotland|wales|northern ireland",
        "IT": "italia|italien|italie",
        "JP": "日本",
        "KR": "republic of korea|korea",
        "LU": "luxemburg",
        "MK": "macedonia",
        "MX": "méxico",
        "NL": "the netherlands|holland|nederland|niederlande|pays-bas",
        "NO": "norge",
        "PL": "polska|polen",
        "RU": "russian federation",
        "SE": "sverige|schweden",
        "TR": "türkiye",
        "US": "united states of america|u.s.a.|u.s.|vereinigte staaten",
        "VN": "viet nam",
    }.items()
    for name in names.split("|")
}
"""Names of countries as address books have them besides Monica's own."""

_CODES_OF_NAMES = {name.casefold(): code for code, name in COUNTRIES.items()} | _OTHER_NAMES


def code_of_country(text: str | None) -> str | None:
    """The two letters of a country that is named in letters or in words; None for no such one."""
    plain = (text or "").strip()
    code = OTHER_CODES.get(plain.upper(), plain.upper())
    return code if code in COUNTRIES else _CODES_OF_NAMES.get(plain.casefold())


def country_document(code: str | None, *_: object) -> dict[str, Any] | None:
    """The country of an address; one that nobody knows has no name."""
    if not code:
        return None
    upper = code.upper()
    iso = OTHER_CODES.get(upper, upper)
    return {"id": iso, "object": "country", "name": COUNTRIES.get(iso, ""), "iso": iso}
