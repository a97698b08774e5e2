/** API calls used of the org's daily allowance, as the Sforce-Limit-Info header and /limits report them. */
const dailyAllowance = 100_000

export class ApiUsage {
  used = 0
  max = dailyAllowance

  count(): void {
    this.used += 1
  }

  get header(): string {
    return `api-usage=${this.used}/${this.max}`
  }

  reset(): void {
    this.used = 0
    this.max = dailyAllowance
  }
}
