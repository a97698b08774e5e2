import type { Connection } from "@decant/api"

const RunsPage = (_: { readonly connection: Connection; readonly onChanged?: () => void }) => null
export default RunsPage
