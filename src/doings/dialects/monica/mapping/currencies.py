"""The currencies of the world (ISO 4217), numbered by their place in the table. Pure."""

from typing import Any

_TABLE = """
CAD Canadian Dollar|$
USD US Dollar|$
GBP British Pound|£
EUR Euro|€
RUB Russian Ruble|₽
ZAR South African Rand|R
DKK Danish Krone|kr.
INR Indian Rupee|₹
BRL Brazilian Real|R$
CHF Swiss Franc|CHF
AED United Arab Emirates Dirham|د.إ
AFN Afghan Afghani|؋
ALL Albanian Lek|L
AMD Armenian Dram|֏
ANG Netherlands Antillean Guilder|ƒ
AOA Angolan Kwanza|Kz
ARS Argentine Peso|$
AUD Australian Dollar|$
AWG Aruban Florin|ƒ
AZN Azerbaijani Manat|₼
BAM Bosnia and Herzegovina Convertible Mark|KM
BBD Barbadian Dollar|$
BDT Bangladeshi Taka|৳
BGN Bulgarian Lev|лв
BHD Bahraini Dinar|.د.ب
BIF Burundian Franc|FBu
BMD Bermudian Dollar|$
BND Brunei Dollar|$
BOB Bolivian Boliviano|Bs.
BSD Bahamian Dollar|$
BTN Bhutanese Ngultrum|Nu.
BWP Botswana Pula|P
BYN Belarusian Ruble|Br
BZD Belize Dollar|$
CDF Congolese Franc|FC
CLP Chilean Peso|$
CNY Chinese Yuan|¥
COP Colombian Peso|$
CRC Costa Rican Colón|₡
CUP Cuban Peso|$
CVE Cape Verdean Escudo|$
CZK Czech Koruna|Kč
DJF Djiboutian Franc|Fdj
DOP Dominican Peso|$
DZD Algerian Dinar|د.ج
EGP Egyptian Pound|£
ERN Eritrean Nakfa|Nfk
ETB Ethiopian Birr|Br
FJD Fijian Dollar|$
FKP Falkland Islands Pound|£
GEL Georgian Lari|₾
GHS Ghanaian Cedi|₵
GIP Gibraltar Pound|£
GMD Gambian Dalasi|D
GNF Guinean Franc|FG
GTQ Guatemalan Quetzal|Q
GYD Guyanese Dollar|$
HKD Hong Kong Dollar|$
HNL Honduran Lempira|L
HTG Haitian Gourde|G
HUF Hungarian Forint|Ft
IDR Indonesian Rupiah|Rp
ILS Israeli New Shekel|₪
IQD Iraqi Dinar|ع.د
IRR Iranian Rial|﷼
ISK Icelandic Króna|kr
JMD Jamaican Dollar|$
JOD Jordanian Dinar|JD
JPY Japanese Yen|¥
KES Kenyan Shilling|KSh
KGS Kyrgyzstani Som|som
KHR Cambodian Riel|៛
KMF Comorian Franc|CF
KPW North Korean Won|₩
KRW South Korean Won|₩
KWD Kuwaiti Dinar|د.ك
KYD Cayman Islands Dollar|$
KZT Kazakhstani Tenge|₸
LAK Lao Kip|₭
LBP Lebanese Pound|ل.ل
LKR Sri Lankan Rupee|Rs
LRD Liberian Dollar|$
LSL Lesotho Loti|L
LYD Libyan Dinar|ل.د
MAD Moroccan Dirham|د.م.
MDL Moldovan Leu|L
MGA Malagasy Ariary|Ar
MKD Macedonian Denar|ден
MMK Myanmar Kyat|K
MNT Mongolian Tögrög|₮
MOP Macanese Pataca|P
MRU Mauritanian Ouguiya|UM
MUR Mauritian Rupee|₨
MVR Maldivian Rufiyaa|Rf
MWK Malawian Kwacha|MK
MXN Mexican Peso|$
MYR Malaysian Ringgit|RM
MZN Mozambican Metical|MT
NAD Namibian Dollar|$
NGN Nigerian Naira|₦
NIO Nicaraguan Córdoba|C$
NOK Norwegian Krone|kr
NPR Nepalese Rupee|₨
NZD New Zealand Dollar|$
OMR Omani Rial|ر.ع.
PAB Panamanian Balboa|B/.
PEN Peruvian Sol|S/
PGK Papua New Guinean Kina|K
PHP Philippine Peso|₱
PKR Pakistani Rupee|₨
PLN Polish Złoty|zł
PYG Paraguayan Guaraní|₲
QAR Qatari Riyal|ر.ق
RON Romanian Leu|lei
RSD Serbian Dinar|дин.
RWF Rwandan Franc|FRw
SAR Saudi Riyal|ر.س
SBD Solomon Islands Dollar|$
SCR Seychellois Rupee|₨
SDG Sudanese Pound|ج.س.
SEK Swedish Krona|kr
SGD Singapore Dollar|$
SHP Saint Helena Pound|£
SLE Sierra Leonean Leone|Le
SOS Somali Shilling|Sh
SRD Surinamese Dollar|$
SSP South Sudanese Pound|£
STN São Tomé and Príncipe Dobra|Db
SVC Salvadoran Colón|₡
SYP Syrian Pound|£
SZL Swazi Lilangeni|E
THB Thai Baht|฿
TJS Tajikistani Somoni|SM
TMT Turkmenistan Manat|m
TND Tunisian Dinar|د.ت
TOP Tongan Paanga|T$
TRY Turkish Lira|₺
TTD Trinidad and Tobago Dollar|$
TWD New Taiwan Dollar|NT$
TZS Tanzanian Shilling|TSh
UAH Ukrainian Hryvnia|₴
UGX Ugandan Shilling|USh
UYU Uruguayan Peso|$
UZS Uzbekistani Som|som
VES Venezuelan Bolívar|Bs.
VND Vietnamese Đồng|₫
VUV Vanuatu Vatu|VT
WST Samoan Tālā|T
XAF Central African CFA Franc|FCFA
XCD Eastern Caribbean Dollar|$
XOF West African CFA Franc|CFA
XPF CFP Franc|₣
YER Yemeni Rial|﷼
ZMW Zambian Kwacha|ZK
"""


def _document(number: int, line: str) -> dict[str, Any]:
    iso, _, rest = line.partition(" ")
    name, _, symbol = rest.partition("|")
    return {"id": number, "object": "currency", "iso": iso, "name": name, "symbol": symbol}


CURRENCIES = [_document(number, line) for number, line in enumerate(_TABLE.strip().splitlines(), 1)]
"""The documents of all currencies; the number of one is its place."""
