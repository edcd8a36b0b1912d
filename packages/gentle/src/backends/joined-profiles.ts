/** What profiles of several programs tell together. */
import type { KernelProfile, Profile, ProfileEvent, ThreadProfile } from './profile.ts'

/** The profile of programs that run one after the other, on as many threads, as if they were one: what happens between them is not part of it. */
export function joinedProfiles(profiles: readonly Profile[]): Profile {
  const [{ backend, threads }] = profiles
  const kernels: KernelProfile[] = []
  const events: ProfileEvent[][] = threads.map(() => [])
  let [milliseconds, phases] = [0, 0]
  for (const profile of profiles) {
    for (const { kernel, thread, start, ...rest } of profile.events)
      events[thread].push({
        kernel: kernel === null ? null : kernels.length + kernel,
        thread,
        start: milliseconds + start,
        ...rest,
      })
    kernels.push(...profile.kernels.map((kernel) => ({ ...kernel, phase: phases + kernel.phase })))
    phases = 1 + Math.max(phases - 1, ...kernels.map(({ phase }) => phase))
    milliseconds += profile.milliseconds
  }
  return {
    backend,
    milliseconds,
    kernels,
    threads: threads.map((_, thread): ThreadProfile => {
      const sum = (of: keyof ThreadProfile): number =>
        profiles.reduce((total, profile) => total + profile.threads[thread][of], 0)
      return { busy: sum('busy'), waiting: sum('waiting'), multiplyAdds: sum('multiplyAdds'), bytes: sum('bytes') }
    }),
    events: events.flat(),
  }
}
