/**
 * One rank of the exchange that the model of cost is fitted to, started by `mpirun`: each rank has a vector, gets its stretch of all ranks' vectors, adds these in order, and gives all
 * its sum. That is how gradients are added where the order of additions is ours. The first rank prints a line of JSON for each length.
 */
import koffi from 'koffi'
import type { Point } from './model.ts'

const mpi = koffi.load('libmpi.so.40')
const call = Object.fromEntries(
  [
    'int MPI_Init(void *argc, void *argv)',
    'int MPI_Comm_rank(void *comm, _Out_ int *rank)',
    'int MPI_Comm_size(void *comm, _Out_ int *size)',
    'int MPI_Barrier(void *comm)',
    'int MPI_Alltoall(void *send, int n, void *type, void *receive, int m, void *type2, void *comm)',
    'int MPI_Allgather(void *send, int n, void *type, void *receive, int m, void *type2, void *comm)',
    'int MPI_Finalize()',
  ].map((declaration) => [/MPI_(\w+)/.exec(declaration)![1], mpi.func(declaration)]),
)
const world = mpi.symbol('ompi_mpi_comm_world', 'char')
const float = mpi.symbol('ompi_mpi_float', 'char')

const lengths = process.argv[2].split(',').map(Number)
/** Bytes that are exchanged at least in each time that is taken. */
const leastBytes = Number(process.argv[3])
call.Init(null, null)
const [rank, ranks] = ['Comm_rank', 'Comm_size'].map((name) => {
  const into = [0]
  call[name](world, into)
  return into[0]
})

/** Adds up all ranks' vectors in order. */
function exchange(own: Float32Array, received: Float32Array, sum: Float32Array, all: Float32Array): void {
  const stretch = sum.length
  call.Alltoall(own, stretch, float, received, stretch, float, world)
  sum.set(received.subarray(0, stretch))
  for (let other = 1; other < ranks; other++) {
    const added = received.subarray(other * stretch, (other + 1) * stretch)
    for (let i = 0; i < stretch; i++) sum[i] += added[i]
  }
  call.Allgather(sum, stretch, float, all, stretch, float, world)
}

/** The time below which a quarter of them is: other work of the machine makes single ones longer. */
const quartile = (times: readonly number[]): number => [...times].sort((a, b) => a - b)[times.length >> 2]

for (const length of lengths) {
  const stretch = Math.ceil(length / ranks)
  const [own, received, all] = [0, 0, 0].map(() => new Float32Array(stretch * ranks))
  own.fill(rank + 1)
  const sum = new Float32Array(stretch)
  const times: number[] = []
  const together = Math.max(1, Math.ceil(leastBytes / (4 * length)))
  const repeats = together > 1 ? 7 : Math.max(7, Math.min(60, Math.round(2e7 / length)))
  for (let repeat = -2; repeat < repeats; repeat++) {
    call.Barrier(world)
    const start = performance.now()
    for (let i = 0; i < together; i++) {
      exchange(own, received, sum, all)
      call.Barrier(world)
    }
    if (repeat >= 0) times.push((performance.now() - start) / 1000 / together)
  }
  const expected = (ranks * (ranks + 1)) / 2
  if (all.some((value) => value !== expected)) throw new Error(`rank ${rank}: the sum is wrong`)
  const point: Point = { ranks, bytes: 4 * stretch * ranks, seconds: quartile(times) }
  if (rank === 0) console.log(JSON.stringify(point))
}
call.Finalize()
