#!/usr/bin/env node
/** The `decant` command. */
import { runCli } from "./cli.ts"

runCli(process.argv.slice(2))
