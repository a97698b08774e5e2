/** A cloud of our own: the trademark is not ours to ship. */
export const SalesforceMark = () => (
  <svg className="mark" width="52" height="52" viewBox="0 0 52 52" aria-hidden="true">
    <rect width="52" height="52" rx="13" />
    <path d="M17.500 35.500a6.500 6.500 0 0 1-.9-12.940A8.500 8.500 0 0 1 32.300 19.800a7.900 7.900 0 1 1 2.600 15.700Z" />
  </svg>
)
