/** The answers of userinfo and the identity URL. */
import type { DirectoryUser } from "./directory.ts"
import { escapeMarkup } from "./render.ts"
import { identityUrl } from "./token-response.ts"

/** API roots; `{version}` stands for whatever version the client wants. */
function urlsOf(origin: string, orgId: string, userId: string, version: string | null) {
  const at = version ?? "{version}"
  const data = `${origin}/services/data/v${at}/`
  const soap = `${origin}/services/Soap`
  return {
    enterprise: `${soap}/c/${at}/${orgId.slice(0, 15)}`,
    metadata: `${soap}/m/${at}/${orgId.slice(0, 15)}`,
    partner: `${soap}/u/${at}/${orgId.slice(0, 15)}`,
    rest: data,
    sobjects: `${data}sobjects/`,
    search: `${data}search/`,
    query: `${data}query/`,
    recent: `${data}recent/`,
    tooling_soap: `${soap}/T/${at}/${orgId.slice(0, 15)}`,
    tooling_rest: `${data}tooling/`,
    profile: `${origin}/${userId}`,
    feeds: `${data}chatter/feeds`,
    groups: `${data}chatter/groups`,
    users: `${data}chatter/users`,
    feed_items: `${data}chatter/feed-items`,
    feed_elements: `${data}chatter/feed-elements`,
    custom_domain: origin
  }
}

const stamp = (user: DirectoryUser) => user.lastModified.replace(/Z$/, "+0000")

/** Standard offset of the time zone in milliseconds. */
function utcOffset(timeZone: string): number {
  try {
    const january = new Date(Date.UTC(2026, 0, 1))
    const local = new Date(january.toLocaleString("en-US", { timeZone }))
    const utc = new Date(january.toLocaleString("en-US", { timeZone: "UTC" }))
    return local.getTime() - utc.getTime()
  } catch {
    return 0
  }
}

export const userinfoClaims = (origin: string, orgId: string, user: DirectoryUser) => ({
  sub: identityUrl(origin, orgId, user.id),
  user_id: user.id,
  organization_id: orgId,
  preferred_username: user.username,
  nickname: user.alias ?? user.username.split("@")[0],
  name: user.name,
  email: user.email,
  email_verified: true,
  given_name: user.firstName,
  family_name: user.lastName,
  zoneinfo: user.timeZone,
  photos: { picture: `${origin}/profilephoto/005/F`, thumbnail: `${origin}/profilephoto/005/T` },
  profile: `${origin}/${user.id}`,
  picture: `${origin}/profilephoto/005/F`,
  address: {},
  is_salesforce_integration_user: user.isApiOnly,
  urls: urlsOf(origin, orgId, user.id, null),
  active: user.isActive,
  user_type: user.userType.toUpperCase(),
  language: user.language,
  locale: user.locale,
  utcOffset: utcOffset(user.timeZone),
  updated_at: user.lastModified,
  is_app_installed: true
})

export const identityClaims = (
  origin: string,
  orgId: string,
  user: DirectoryUser,
  version: string | null
) => ({
  id: identityUrl(origin, orgId, user.id),
  asserted_user: true,
  user_id: user.id,
  organization_id: orgId,
  username: user.username,
  nick_name: user.alias ?? user.username.split("@")[0],
  display_name: user.name,
  email: user.email,
  email_verified: true,
  first_name: user.firstName,
  last_name: user.lastName,
  timezone: user.timeZone,
  photos: { picture: `${origin}/profilephoto/005/F`, thumbnail: `${origin}/profilephoto/005/T` },
  addr_street: null,
  addr_city: null,
  addr_state: null,
  addr_country: null,
  addr_zip: null,
  mobile_phone: null,
  mobile_phone_verified: false,
  is_lightning_login_user: false,
  status: { created_date: null, body: null },
  urls: urlsOf(origin, orgId, user.id, version),
  active: user.isActive,
  user_type: user.userType.toUpperCase(),
  language: user.language,
  locale: user.locale,
  utcOffset: utcOffset(user.timeZone),
  last_modified_date: stamp(user),
  is_app_installed: true
})

export const xmlIdentity = (claims: object): string =>
  `<?xml version="1.0" encoding="UTF-8"?><user xmlns="http://www.force.com/services/data">${elements(claims)}</user>`

const elements = (claims: object): string =>
  Object.entries(claims)
    .map(([name, value]) => {
      if (value === null) return `<${name}/>`
      const inside = typeof value === "object" ? elements(value) : escapeMarkup(String(value))
      return `<${name}>${inside}</${name}>`
    })
    .join("")
