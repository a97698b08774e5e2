/** An empty database of this name, in the place of the one that was there. */
import { Client } from "pg"

export const freshDatabase = async (url: string, name: string): Promise<string> => {
  const client = new Client(url)
  await client.connect()
  await client.query(`DROP DATABASE IF EXISTS ${name}`)
  await client.query(`CREATE DATABASE ${name}`)
  await client.end()
  return url.replace(/\/[^/]*$/, `/${name}`)
}
