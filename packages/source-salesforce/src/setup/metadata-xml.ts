/** Metadata as Salesforce's XML files. https://developer.salesforce.com/docs/atlas.en-us.api_meta.meta/api_meta/meta_intro.htm */

type Value = string | boolean | Readonly<Record<string, string | boolean>>

/** Element name and value; one that repeats stands there several times. Undefined values are left out. */
export type Elements = ReadonlyArray<readonly [name: string, value: Value | undefined]>

const escapes: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" }

const escaped = (text: string): string => text.replaceAll(/[&<>]/g, (mark) => escapes[mark] ?? mark)

const element = (name: string, value: Value, indent: string): string => {
  if (typeof value !== "object") return `${indent}<${name}>${escaped(String(value))}</${name}>`
  const inner = Object.entries(value).map(([key, part]) => element(key, part, `${indent}    `))
  return [`${indent}<${name}>`, ...inner, `${indent}</${name}>`].join("\n")
}

export const metadataXml = (type: string, elements: Elements): string =>
  [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<${type} xmlns="http://soap.sforce.com/2006/04/metadata">`,
    ...elements.flatMap(([name, value]) => (value === undefined ? [] : [element(name, value, "    ")])),
    `</${type}>`,
    ""
  ].join("\n")
