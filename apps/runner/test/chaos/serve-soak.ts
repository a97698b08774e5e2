/**
 * `npm run soak -- --serve [--minutes N]`: a server under chaos for as long as one likes. The org changes and refuses,
 * connections break, a spec is broken and mended, while three specs run every few seconds. At the end no run may have
 * been missed or doubled, memory and handles must be flat, and each copy must hold what the org holds.
 */
import { writeFile } from "node:fs/promises"
import { setTimeout as pause } from "node:timers/promises"
import { allDifferences } from "../support/compare.ts"
import { openWorkspace, specText, type Workspace } from "../support/decant.ts"
import { type Emulator, startEmulator } from "../support/emulator.ts"
import { type Server, startServer, until } from "../support/serve.ts"
import { type Fault, faults } from "./faults.ts"
import { type Random, randomOf } from "./random.ts"
import { flatness, overlooked, runsOf, type Sample } from "./serve-soak-check.ts"

interface Plan {
  readonly name: string
  readonly objects: ReadonlyArray<string>
  readonly everySeconds: number
}

const plans: ReadonlyArray<Plan> = [
  { name: "accounts", objects: ["Account", "Contact"], everySeconds: 5 },
  { name: "deals", objects: ["Opportunity", "User"], everySeconds: 10 },
  { name: "leads", objects: ["Lead"], everySeconds: 3 }
]

const textOf = ({ name, objects, everySeconds }: Plan): string =>
  `${specText([...objects])
    .replace("name: test", `name: ${name}`)
    .replace("test.duckdb", `${name}.duckdb`)}schedule: "*/${everySeconds} * * * * *"\n`

const chosen = new Set([
  "401",
  "403 concurrent",
  "403 daily",
  "420",
  "429",
  "500",
  "502",
  "503 HTML",
  "lost answer",
  "reset",
  "truncated",
  "late answer",
  "login fails"
])

const strike = async (org: Emulator, fault: Fault, random: Random): Promise<void> => {
  const path = fault.name === "login fails" ? "/services/oauth2/" : "/services/data/"
  const action = fault.action({ method: "GET", url: path }, random)
  if (action !== null)
    await org.control("POST", "faults", { match: { path }, times: random.integer(1, 3), action })
}

const changeOrg = async (org: Emulator, random: Random, turn: number): Promise<void> => {
  const object = random.pick(["Account", "Contact", "Opportunity", "Lead"]) ?? "Account"
  const rows = await org.truth(object)
  const row = random.pick(rows)
  const required = object === "Contact" || object === "Lead" ? "LastName" : "Name"
  if (random.chance(0.6) && row !== null) {
    await org.records(object, { update: [{ Id: row.Id, [required]: `Changed ${turn}` }] })
  } else if (object === "Account") {
    await org.records(object, { insert: [{ Name: `New ${turn}` }] })
  }
}

const disturb = async (of: {
  readonly org: Emulator
  readonly workspace: Workspace
  readonly random: Random
  readonly until: number
}): Promise<ReadonlyMap<string, number>> => {
  const { org, workspace, random } = of
  const struck = new Map<string, number>()
  const usable = faults.filter(({ name }) => chosen.has(name))
  const [first] = plans
  for (let turn = 0; Date.now() < of.until; turn++) {
    await changeOrg(org, random, turn)
    const fault = random.chance(0.4) ? random.pick(usable) : null
    if (fault !== null) {
      await strike(org, fault, random)
      struck.set(fault.name, (struck.get(fault.name) ?? 0) + 1)
    }
    if (first !== undefined && random.chance(0.03)) {
      const text = textOf(first)
      await writeFile(workspace.path(`${first.name}.yaml`), text.replace("streams:", "streems:"))
      await pause(3000)
      await writeFile(workspace.path(`${first.name}.yaml`), text)
    }
    await pause(700)
  }
  return struck
}

const sampleUntil = async (server: Server, end: number): Promise<ReadonlyArray<Sample>> => {
  const samples: Array<Sample> = []
  while (Date.now() < end) {
    await pause(5000)
    samples.push({
      memory: (await server.metric("process_resident_memory_bytes")) ?? 0,
      heap: (await server.metric("nodejs_heap_used_bytes")) ?? 0,
      handles: (await server.metric("process_open_fds")) ?? 0
    })
  }
  return samples
}

/** Nothing disturbs it any more: a run that begins now must end well. */
const quietRun = (server: Server, name: string): Promise<unknown> => {
  const from = server.log().length
  return until(`a quiet run of ${name}`, () => {
    const later = server
      .log()
      .slice(from)
      .filter(({ spec }) => spec === name)
    const begun = later.find(({ message }) => message.startsWith("The sync begins"))
    return later.find(
      ({ runId, message }) => runId === begun?.runId && message.startsWith("The sync ended as ok")
    )
  })
}

const play = async (of: {
  readonly minutes: number
  readonly seed: number
  readonly say: (line: string) => void
}) => {
  const org = await startEmulator("--dataset", "demo", "--seed", String(of.seed))
  const workspace = await openWorkspace(org.env)
  try {
    await Promise.all(plans.map((plan) => writeFile(workspace.path(`${plan.name}.yaml`), textOf(plan))))
    await writeFile(workspace.path("decant.yaml"), "services: {}\n")
    const server = await startServer(workspace)
    const end = Date.now() + of.minutes * 60_000
    const random = randomOf(String(of.seed))
    const [struck, samples] = await Promise.all([
      disturb({ org, workspace, random, until: end }),
      sampleUntil(server, end)
    ])
    await org.control("DELETE", "faults")
    await pause(2000)
    await Promise.all(plans.map(({ name }) => quietRun(server, name)))
    const { code, stderr } = await server.stop()
    const log = server.log()
    of.say(`faults: ${[...struck].map(([name, count]) => `${name} ${count}`).join(", ")}`)
    const wrong: Array<string> = code === 0 ? [] : [`the server ended with ${code}: ${stderr.slice(-500)}`]
    for (const plan of plans) {
      const runs = runsOf(log, plan.name)
      const statuses = Object.entries(Object.groupBy(runs, ({ status }) => status))
      of.say(
        `${plan.name}: ${runs.length} runs (${statuses.map(([status, all]) => `${all?.length} ${status}`).join(", ")})`
      )
      wrong.push(...overlooked(runs, plan.everySeconds * 1000).map((text) => `${plan.name}: ${text}`))
      wrong.push(...(await allDifferences(org, workspace.path(`${plan.name}.duckdb`), [...plan.objects])))
    }
    const flat = flatness(samples)
    for (const line of flat.lines) of.say(line)
    return [...wrong, ...flat.wrong]
  } finally {
    await workspace.remove()
    await org.stop()
  }
}

export const serveSoak = async (of: Parameters<typeof play>[0]): Promise<boolean> => {
  const wrong = await play(of)
  for (const line of wrong) of.say(`WRONG: ${line}`)
  of.say(
    wrong.length === 0
      ? "No run missed or doubled; copies equal; memory and handles flat."
      : `${wrong.length} WRONG`
  )
  return wrong.length === 0
}
