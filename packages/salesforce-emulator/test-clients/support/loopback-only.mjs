/**
 * Preloaded into every client process: refuses each connection and name look-up that would leave this machine and
 * writes the host into the file that LOOPBACK_VIOLATIONS names, so that a test can see it.
 */
import dns from "node:dns"
import { appendFileSync } from "node:fs"
import { syncBuiltinESMExports } from "node:module"
import net from "node:net"
import { promisify } from "node:util"

const isLocal = (host) =>
  host === undefined || host === "" || /^(localhost|127(\.\d+){3}|::1|\[::1\])$/i.test(String(host))

const refuse = (host) => {
  const file = process.env.LOOPBACK_VIOLATIONS
  if (file) appendFileSync(file, `${host}\n`)
  return Object.assign(new Error(`this suite may not reach ${host}`), { code: "ENOTFOUND", hostname: host })
}

const { connect } = net.Socket.prototype
net.Socket.prototype.connect = function (...args) {
  const [first] = Array.isArray(args[0]) ? args[0] : args
  const host =
    typeof first === "object" && first !== null
      ? first.host
      : typeof args[1] === "string"
        ? args[1]
        : undefined
  if (isLocal(host)) return connect.apply(this, args)
  const error = refuse(host)
  process.nextTick(() => this.destroy(error))
  return this
}

const { lookup } = dns
dns.lookup = (host, options, callback) => {
  const done = typeof options === "function" ? options : callback
  if (isLocal(host))
    return typeof options === "function" ? lookup(host, options) : lookup(host, options, callback)
  const error = refuse(host)
  process.nextTick(() => done(error))
}
const promised = dns.promises.lookup
dns.promises.lookup = async (host, options) => {
  if (!isLocal(host)) throw refuse(host)
  return promised(host, options)
}
dns.lookup[promisify.custom] = dns.promises.lookup
for (const name of ["resolve", "resolve4", "resolve6", "resolveCname"]) {
  const original = dns[name]
  dns[name] = (host, ...rest) => {
    if (isLocal(host)) return original(host, ...rest)
    const error = refuse(host)
    process.nextTick(() => rest.at(-1)(error))
  }
}
syncBuiltinESMExports()
