/** Kaiser's window (Kaiser and Schafer, "On the Use of the I0-Sinh Window for Spectrum Analysis", 1980). */

/** The modified Bessel function of the first kind and order 0, by its series. */
function besselI0(x: number): number {
  const square = (x * x) / 4
  let [sum, term] = [1, 1]
  for (let k = 1; term > sum * 2 ** -54; k++) {
    term *= square / (k * k)
    sum += term
  }
  return sum
}

/** The parameter by which a filter's stop band lies so many decibels below its pass band, above 50. */
export const kaiserBeta = (attenuation: number): number => 0.1102 * (attenuation - 8.7)

/** Width of the window, in samples, by which a filter's transition takes a share of half of the sampling rate. */
export const kaiserWidth = (attenuation: number, transition: number): number =>
  (attenuation - 7.95) / (2.285 * Math.PI * transition)

/** The window at a place of -1 to 1, 0 its middle. */
export function kaiser(beta: number): (place: number) => number {
  const max = besselI0(beta)
  return (place) => besselI0(beta * Math.sqrt(Math.max(0, 1 - place * place))) / max
}
