import type { Connection } from "@decant/api"

const DestinationPage = (_: { readonly connection: Connection; readonly onChanged?: () => void }) => null
export default DestinationPage
