/** Countries and states by their ISO codes, as the State and Country/Territory Picklists have them. */
interface Country {
  readonly code: string
  readonly name: string
  /** What was written before there were picklists. */
  readonly aliases: ReadonlyArray<string>
  readonly states: ReadonlyArray<readonly [string, string]>
}

/** `code|name|other spellings|state code=state name,…` */
const table = `
BR|Brazil||SP=São Paulo,RJ=Rio de Janeiro
CA|Canada||QC=Quebec,ON=Ontario,BC=British Columbia
CH|Switzerland||
DE|Germany||
FR|France||
GB|United Kingdom|UK|
IN|India||KA=Karnataka,MH=Maharashtra
JP|Japan|日本|
PL|Poland||
US|United States|USA|CA=California,NY=New York,TX=Texas,WA=Washington
`

export const countries: ReadonlyArray<Country> = table
  .trim()
  .split("\n")
  .map((line) => {
    const [code = "", name = "", aliases = "", states = ""] = line.split("|")
    return {
      code,
      name,
      aliases: aliases === "" ? [] : aliases.split(","),
      states:
        states === ""
          ? []
          : states.split(",").map((state) => {
              const [stateCode = "", stateName = ""] = state.split("=")
              return [stateCode, stateName] as const
            })
    }
  })
