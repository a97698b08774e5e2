/**
 * The sales process: what a stage says about an opportunity. Changing it changes IsClosed and its like on every
 * opportunity without a stamp.
 */
interface Stage {
  readonly name: string
  readonly probability: number
  readonly closed: boolean
  readonly won: boolean
  readonly forecast: string
  readonly forecastName: string
}

const stage = (
  name: string,
  probability: number,
  forecast: string,
  forecastName: string,
  end: "open" | "won" | "lost" = "open"
): Stage => ({ name, probability, forecast, forecastName, closed: end !== "open", won: end === "won" })

export const stages: ReadonlyArray<Stage> = [
  stage("Prospecting", 10, "Pipeline", "Pipeline"),
  stage("Qualification", 10, "Pipeline", "Pipeline"),
  stage("Needs Analysis", 20, "Pipeline", "Pipeline"),
  stage("Value Proposition", 50, "Pipeline", "Pipeline"),
  stage("Id. Decision Makers", 60, "Pipeline", "Pipeline"),
  stage("Perception Analysis", 70, "BestCase", "Best Case"),
  stage("Proposal/Price Quote", 75, "BestCase", "Best Case"),
  stage("Negotiation/Review", 90, "Forecast", "Commit"),
  stage("Closed Won", 100, "Closed", "Closed", "won"),
  stage("Closed Lost", 0, "Omitted", "Omitted", "lost")
]

/** SQL for what the row's stage says; an unknown stage is open and in the pipeline. */
export const stageValue = (property: "closed" | "won" | "forecast" | "forecastName"): string => {
  const literal = (value: string | boolean) => (typeof value === "string" ? `'${value}'` : String(value))
  const cases = stages.map((each) => `WHEN '${each.name}' THEN ${literal(each[property])}`).join(" ")
  const otherwise = property === "closed" || property === "won" ? "false" : "'Pipeline'"
  return `CASE StageName ${cases} ELSE ${otherwise} END`
}
