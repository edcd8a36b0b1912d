#!/bin/sh
# pickleparser 0.2.1 (npm), which reads Python's pickles in Node and in pages, Node 22 or later.
#
# Guess: integers beyond 53 bits may lose digits or be refused; whatever fits a JavaScript number comes out right, in every protocol of pickle.
#
# Seen: protocols 0 and 1, which write digits, are right. Since protocol 2 (Python's default is 4) an integer beyond 32 bits is written as bytes in two's complement, and pickleparser reads them
# without their sign: every negative one becomes a positive one, without a word, as -2^40 becomes 2^48 - 2^40. Positive ones are right. Offsets, strides and times in nanoseconds are such numbers.
#
# Output seen:
#   protocol 0: -1099511627776, 1099511627776
#   protocol 2: 280375465082880, 1099511627776
#   protocol 4: 280375465082880, 1099511627776
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund --save-exact pickleparser@0.2.1 >/dev/null
cat >read.cjs <<'JS'
const { Parser } = require('pickleparser')
// What Python's pickle.dumps([-2 ** 40, 2 ** 40], protocol) writes, in base64.
const pickles = {
  0: 'KGxwMApMLTEwOTk1MTE2Mjc3NzZMCmFMMTA5OTUxMTYyNzc3NkwKYS4=',
  2: 'gAJdcQAoigYAAAAAAP+KBgAAAAAAAWUu',
  4: 'gASVFQAAAAAAAABdlCiKBgAAAAAA/4oGAAAAAAABZS4=',
}
for (const [protocol, pickle] of Object.entries(pickles))
  console.log(`protocol ${protocol}: ${new Parser().parse(Buffer.from(pickle, 'base64')).join(', ')}`)
JS
cat >expected <<'TEXT'
protocol 0: -1099511627776, 1099511627776
protocol 2: 280375465082880, 1099511627776
protocol 4: 280375465082880, 1099511627776
TEXT
node read.cjs | tee seen
cmp seen expected
