/** The few icons, drawn here on a grid of 20 by 20, so that nothing is fetched. They never stand without words. */
const paths = {
  check: "m4.500 10.500 3.500 3.500 7.500-8",
  alert:
    "M10 6.500v4.200M10 13.600v.1M8.700 3.400 2.300 14.500A1.500 1.500 0 0 0 3.600 16.800h12.800a1.500 1.500 0 0 0 1.300-2.300L11.300 3.400a1.500 1.500 0 0 0-2.600 0Z",
  wrong: "m5.500 5.500 9 9m0-9-9 9",
  info: "M10 9.200v4.600M10 6.400v.1M17.500 10a7.500 7.500 0 1 1-15 0 7.500 7.500 0 0 1 15 0Z",
  search: "m13.200 13.200 4 4M15 9A6 6 0 1 1 3 9a6 6 0 0 1 12 0Z",
  down: "m5.500 8 4.500 4.500L14.500 8",
  back: "M12 5 7 10l5 5",
  more: "M4.500 10h.01M10 10h.01M15.500 10h.01",
  plus: "M10 4.500v11M4.500 10h11",
  play: "M6.500 4.500v11l9-5.500-9-5.500Z",
  theme: "M10 2.800a7.200 7.200 0 1 0 0 14.400V2.800Zm0 0a7.200 7.200 0 0 1 0 14.400",
  download: "M10 3.500v9m-3.800-3.600L10 12.700l3.800-3.800M4 16.500h12"
} as const

export type IconName = keyof typeof paths

export const Icon = ({ name, size = 18 }: { readonly name: IconName; readonly size?: number }) => (
  <svg
    className="icon"
    width={size}
    height={size}
    viewBox="0 0 20 20"
    fill="none"
    stroke="currentColor"
    strokeWidth={name === "more" ? 2.6 : 1.7}
    strokeLinecap="round"
    strokeLinejoin="round"
    aria-hidden="true"
  >
    <path d={paths[name]} />
  </svg>
)
