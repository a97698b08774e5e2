import type { Connection } from "@decant/api"

const StreamsPage = (_: { readonly connection: Connection; readonly onChanged?: () => void }) => null
export default StreamsPage
