/** The names synthetic records are put together from. */
const list = (text: string): ReadonlyArray<string> => text.split(",")

export const companyHeads = list(
  "Aurora,Basalt,Cobalt,Delta,Ember,Fjord,Granite,Harbor,Indigo,Juniper,Keystone,Lumen,Meridian,Northwind,Opal,Pinnacle,Quartz,Redwood,Summit,Tundra,Umbra,Vertex,Willow,Xenon,Yarrow,Zephyr,Åkerlund,Bäcker,Çelik,Dvořák,Éclair,Łódź,Ñandú,Øresund,Škoda Park,Übersee,京都,서울,Москва,القاهرة"
)
export const companyTails = list(
  "Analytics,Biotech,Capital,Construction,Energy,Foods,Freight,Health,Industries,Labs,Logistics,Media,Networks,Pharma,Retail,Robotics,Software,Systems,Telecom,Textiles,Travel,Utilities"
)
export const companyForms = list("Inc.,LLC,GmbH,S.A.,Ltd.,AG,Corp.,AB,K.K.,Group")
export const firstNames = list(
  "Ada,Anaïs,Björn,Chloé,Dmitri,Elif,Fatima,Grace,Hiroshi,Ingrid,João,Katarzyna,Liam,Mei,Noor,Olga,Priya,Quentin,Rosa,Sofía,Tomáš,Uma,Víctor,Wei,Ximena,Yusuf,Zoë,美咲,민준,Иван"
)
export const lastNames = list(
  "Andersson,Brown,Çelik,Dubois,Eriksen,Fernández,García,Hansen,Ivanova,Jansen,Kowalski,López,Müller,Nakamura,O'Brien,Popović,Quispe,Rossi,Smith,Tanaka,Ünal,Van der Berg,Wang,Xu,Young,Zhang,佐藤,김,D'Angelo,Łukasik"
)
export const titles = list(
  "Account Executive,Chief Marketing Officer,Customer Marketing Manager,Data Engineer,Director of Sales,Head of Operations,Procurement Lead,VP Engineering,Analyst,Founder"
)
export const departments = list("Marketing,Sales,Engineering,Operations,Finance,Legal,Support,Procurement")

/** City, state, postal code, country, latitude, longitude. */
export const places: ReadonlyArray<readonly [string, string | null, string, string, number, number]> = [
  ["San Francisco", "CA", "94105", "USA", 37.7898, -122.3942],
  ["New York", "NY", "10001", "USA", 40.7506, -73.9972],
  ["Austin", "TX", "78701", "USA", 30.2711, -97.7437],
  ["München", "Bayern", "80331", "Germany", 48.1374, 11.5755],
  ["Zürich", "ZH", "8001", "Switzerland", 47.3769, 8.5417],
  ["São Paulo", "SP", "01310-100", "Brazil", -23.5614, -46.6559],
  ["東京", "東京都", "100-0001", "日本", 35.6852, 139.7528],
  ["Kraków", null, "30-001", "Poland", 50.0647, 19.945],
  ["London", null, "EC1A 1BB", "United Kingdom", 51.5203, -0.0977],
  ["Montréal", "QC", "H2Y 1C6", "Canada", 45.5088, -73.554]
]

export const streets = list(
  "Main St,Market Street,Hauptstraße,Rue de l'Église,Calle Mayor,Via Roma,High Road,Elm Avenue"
)
export const steps = list(
  "Send the contract,Call back on Monday,Wait for legal,Book the demo,Ask for a reference call,Confirm the budget"
)
export const products = list("Platform,Data Cloud,Support Plan,Training,Migration,Analytics Seats")
export const rights = list(
  "Logo and quote,Logo only,Case study after approval,None,Press release with sign-off,Verbal consent only"
)
