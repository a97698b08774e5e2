/**
 * Effect's workflow engine over the cluster's Postgres and nothing else: messages, replies, locks and the queue of tasks
 * are rows there, and each worker looks for its own. So a worker opens no port, and whoever can reach the database with
 * its password is who can join.
 */
import * as NodeCrypto from "@effect/platform-node/NodeCrypto"
import { Layer, Option } from "effect"
import * as ClusterWorkflowEngine from "effect/cluster/ClusterWorkflowEngine"
import * as RunnerAddress from "effect/cluster/RunnerAddress"
import * as Runners from "effect/cluster/Runners"
import * as Sharding from "effect/cluster/Sharding"
import * as ShardingConfig from "effect/cluster/ShardingConfig"
import * as SqlMessageStorage from "effect/cluster/SqlMessageStorage"
import * as SqlRunnerStorage from "effect/cluster/SqlRunnerStorage"
import * as PersistedQueue from "effect/persistence/PersistedQueue"
import { healthByPulse, silentSeconds, type Worker } from "./pulse.ts"

/** A task whose worker has not been heard of for so long is given to another. */
const taskLock = { lockExpiration: `${silentSeconds} seconds`, lockRefreshInterval: "4 seconds" } as const

const keptFor = "7 days"

const sharding = ({ id }: Worker) =>
  ShardingConfig.layer({
    runnerAddress: Option.some(RunnerAddress.make(id, 0)),
    shardsPerGroup: 60,
    shardLockExpiration: `${silentSeconds} seconds`,
    shardLockRefreshInterval: "5 seconds",
    runnerHealthCheckInterval: "5 seconds",
    entityMessagePollInterval: "1 second",
    entityTerminationTimeout: "5 seconds"
  })

const queue = PersistedQueue.layer.pipe(
  Layer.merge(
    PersistedQueue.layerCleanup({ interval: "1 hour", timeToLive: keptFor, failedTimeToLive: keptFor })
  ),
  Layer.provide(
    Layer.orDie(PersistedQueue.layerStoreSql({ tableName: "tasks", pollInterval: "500 millis", ...taskLock }))
  )
)

export const workflowEngine = (worker: Worker) =>
  ClusterWorkflowEngine.layer.pipe(
    Layer.provideMerge(Sharding.layer),
    Layer.provideMerge(Runners.layerNoop),
    Layer.provideMerge(SqlMessageStorage.layer.pipe(Layer.provide(NodeCrypto.layerDigest))),
    Layer.provide([Layer.orDie(SqlRunnerStorage.layer), healthByPulse]),
    Layer.provide(sharding(worker)),
    Layer.provideMerge(queue)
  )
