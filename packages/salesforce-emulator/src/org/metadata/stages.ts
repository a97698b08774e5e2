/**
 * The sales process a new org has: what a stage says about an opportunity. The rows of OpportunityStage are made of
 * it; changing them changes IsClosed and its like on every opportunity without a stamp.
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

/** What OpportunityStage says about a stage, by its column, and what holds for a stage it does not know. */
const columns = {
  IsClosed: ["bool_or", "false"],
  IsWon: ["bool_or", "false"],
  ForecastCategory: ["max", "'Pipeline'"],
  ForecastCategoryName: ["max", "'Pipeline'"]
} as const

/** SQL for what the row's stage says. */
export const stageValue = (column: keyof typeof columns): string => {
  const [only, otherwise] = columns[column]
  return `coalesce((SELECT ${only}("${column}") FROM "OpportunityStage" WHERE "ApiName" = "StageName"), ${otherwise})`
}

/** SQL for the probability that the stage in `stageSql` brings along. */
export const stageProbability = (stageSql: string): string =>
  `(SELECT max("DefaultProbability") FROM "OpportunityStage" WHERE "ApiName" = ${stageSql})`
