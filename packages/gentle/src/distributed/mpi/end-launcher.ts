/** The end of an `mpirun` that waits for a machine which is gone. */

/**
 * Has the `mpirun` that started this process killed after some seconds, if it is still there and on this machine. Open MPI's, told to end all by MPI_Abort, waits for its daemon on each
 * machine, for many minutes where the link to one is cut, and passes over SIGTERM meanwhile; daemons that no longer hear it end what they started. It is also run by a thread to
 * which it is handed over as text: it must not use anything from outside.
 * @returns whether there is one
 */
export function endLauncherAfter(seconds: number): boolean {
  const { readFileSync } = process.getBuiltinModule('node:fs')
  const { spawn } = process.getBuiltinModule('node:child_process')
  const launchers = ['mpirun', 'mpiexec', 'orterun']
  try {
    let id = process.ppid
    for (;;) {
      const name = readFileSync(`/proc/${id}/comm`, 'utf8')
        .trim()
        .replace(/\.openmpi$/, '')
      if (launchers.includes(name)) break
      id = Number(/^PPid:\s*(\d+)$/m.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1])
      if (!(id > 1)) return false
    }
    // By another process, for this one is ended at once; and only if the number is still that of the same one.
    const begun = `cut -d' ' -f22 /proc/${id}/stat`
    // With it goes what it holds to the machine, which would keep its output open.
    const script = `was=$(${begun}); sleep ${seconds}; [ "$was" = "$(${begun})" ] && kill -KILL ${id} $(cat /proc/${id}/task/*/children)`
    spawn('/bin/sh', ['-c', script], { detached: true, stdio: 'ignore' }).unref()
    return true
  } catch {
    return false
  }
}
