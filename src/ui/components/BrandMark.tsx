/** The mark of the product: modules and the streams between them. */
export const BrandMark = ({ size }: { readonly size: number }) => (
  <svg viewBox="0 0 20 20" width={size} height={size} aria-hidden="true" className="brand__mark">
    <rect x="1" y="1" width="8" height="8" rx="2" />
    <rect x="11" y="1" width="8" height="8" rx="2" />
    <rect x="1" y="11" width="8" height="8" rx="2" />
    <path d="M15 9v6M9 5h2M9 15h6" />
  </svg>
);
