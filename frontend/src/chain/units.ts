// Base units as people read them: cut, never rounded up, so that nobody reads more than there is.

/** `amount` base units with at most `places` decimals. */
export function formatUnits(amount: bigint, decimals: number, places = 6): string {
  const digits = amount.toString().padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals);
  const fraction = digits
    .slice(digits.length - decimals)
    .slice(0, places)
    .replace(/0+$/, "");
  return fraction ? `${whole}.${fraction}` : whole;
}

/** An estimate with two significant digits, rounded up: a fee must never look smaller than it is. */
export function formatEstimate(amount: bigint, decimals = 18): string {
  const text = amount.toString();
  if (text.length <= 2) return formatUnits(amount, decimals, decimals);
  const unit = 10n ** BigInt(text.length - 2);
  return formatUnits(((amount + unit - 1n) / unit) * unit, decimals, decimals);
}
