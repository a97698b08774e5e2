/** `npm run page`: the pages that show results anew from bench/results.json, without measuring anything. */
import { keepResults } from "./results.ts"

keepResults({})
