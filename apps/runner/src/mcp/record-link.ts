/** Where a person sees a record: https://help.salesforce.com/s/articleView?id=sf.faq_domain_name_what.htm */

/** Null where only `production` or `sandbox` is known, which are not the org's own address. */
export const recordLink =
  (origin: string): ((id: string) => string | null) =>
  (id) =>
    /^https?:\/\//.test(origin) ? `${origin.replace(/\/+$/, "")}/${id}` : null
