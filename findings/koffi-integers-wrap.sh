#!/bin/sh
# koffi 3.3.4 (npm), a binding of C functions for Node, on Linux with the GNU C library.
#
# Guess: koffi checks an argument's type (a string, true, null or an object for an `int` is a TypeError), so it also refuses a number that no `int` can hold, as node:ffi does.
#
# Seen: only the kind of the value is checked. 2^32 + 2 arrives as 2, 2^31 as -2^31, 1.9 as 1, -1 in an unsigned parameter as 2^32 - 1, NaN and Infinity as 0, and a BigInt keeps its lower bits,
# each without a word. For a count of elements, as MPI's functions take it, that is a transfer of 2 numbers instead of 4,294,967,298.
#
# Output seen:
#   int: 4294967298 -> 2, 2147483648 -> -2147483648, 1.9 -> 1, NaN -> 0, Infinity -> 0, 18446744073709551623n -> 7
#   uint32_t: -1 -> 4294967295
#   '3' -> TypeError
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund --save-exact koffi@3.3.4 >/dev/null
cat >wrap.cjs <<'JS'
const koffi = require('koffi')
const libc = koffi.load('libc.so.6')
// div returns the quotient by 1, which is the argument as it arrived.
const div = libc.func('div', koffi.struct({ quotient: 'int', rest: 'int' }), ['int', 'int'])
const ntohl = libc.func('uint32_t ntohl(uint32_t)')
const through = (value) => ntohl(ntohl(value))
const text = (value) => (typeof value === 'bigint' ? `${value}n` : String(value))
const list = (values, arrived) => values.map((value) => `${text(value)} -> ${arrived(value)}`).join(', ')
console.log(`int: ${list([2 ** 32 + 2, 2 ** 31, 1.9, NaN, Infinity, 2n ** 64n + 7n], (value) => div(value, 1).quotient)}`)
console.log(`uint32_t: ${list([-1], through)}`)
try {
  div('3', 1)
} catch (error) {
  console.log(`'3' -> ${error.name}`)
}
JS
node wrap.cjs >seen
cat >expected <<'TEXT'
int: 4294967298 -> 2, 2147483648 -> -2147483648, 1.9 -> 1, NaN -> 0, Infinity -> 0, 18446744073709551623n -> 7
uint32_t: -1 -> 4294967295
'3' -> TypeError
TEXT
cat seen
diff expected seen
