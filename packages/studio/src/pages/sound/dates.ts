/** Dates as people write them, and as machines do: a language of which there are as many examples as are wanted. */
import { Random } from 'gentle-dl'

const months = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
]

const twoDigits = (value: number): string => String(value).padStart(2, '0')

/** Different dates of 1900 to 2049, in two forms: `5 march 1998` and `march 5, 1998`. */
export function drawDates(count: number, seed: number): { source: string; target: string; line: number }[] {
  const random = new Random(seed, 'dates')
  const drawn = new Map<string, string>()
  while (drawn.size < count) {
    const [day, month, year] = [1 + random.integer(28), random.integer(12), 1900 + random.integer(150)]
    const source = random.uniform() < 0.5 ? `${day} ${months[month]} ${year}` : `${months[month]} ${day}, ${year}`
    drawn.set(source, `${year}-${twoDigits(month + 1)}-${twoDigits(day)}`)
  }
  return Array.from(drawn, ([source, target], i) => ({ source, target, line: i + 1 }))
}
