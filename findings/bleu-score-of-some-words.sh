#!/bin/sh
# bleu-score 1.0.4 (npm), the BLEU of a translation, Node 22 or later.
#
# Guess: a sentence that is translated word by word has a BLEU of 1, whatever its words.
#
# Seen: n-grams are counted in plain objects, which know some names before anything is counted: a candidate with the word constructor, or valueOf, has NaN, even where it equals the reference, because the count begins with a function.
#
# Output seen:
#   "the old builder of the house": 1
#   "the old constructor of the house": NaN
#   "the old valueOf of the house": NaN
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --ignore-scripts --no-audit --no-fund --save-exact bleu-score@1.0.4 >/dev/null
cat >run.cjs <<'JS'
const { bleu } = require('bleu-score')
for (const word of ['builder', 'constructor', 'valueOf']) {
  const sentence = `the old ${word} of the house`
  console.log(`"${sentence}": ${bleu(sentence, sentence, 4)}`)
}
JS
cat >expected <<'TEXT'
"the old builder of the house": 1
"the old constructor of the house": NaN
"the old valueOf of the house": NaN
TEXT
node run.cjs | tee seen
cmp seen expected
