#!/bin/sh
# fast-xml-parser 5.12.1 (npm), Node 22 or later.
#
# Guess: a parser of XML gives the characters that references stand for. XML 1.0 (section 4.1) has two kinds that need no declaration: the five named entities,
# and numeric character references such as &#36710;, which every processor has to replace. Python's xml.etree.ElementTree writes all that is not ASCII so by default.
#
# Seen: with its default options (processEntities is true) the parser replaces &amp; and leaves &#36710; and &#x8F66; as they stand, without an error. Only with
# the option htmlEntities, which its documentation describes as being for HTML's entities and which is off, numeric references are replaced. So one name that two programs wrote,
# one as a character and one as a reference, comes out as two strings.
#
# Output seen:
#   default:      a & b | &#36710; | &#x8F66; | 车
#   htmlEntities: a & b | 车 | 车 | 车
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund --save-exact fast-xml-parser@5.12.1 >/dev/null
cat >run.mjs <<'JS'
import { XMLParser, XMLValidator } from 'fast-xml-parser'

const xml = '<a><n>a &amp; b</n><n>&#36710;</n><n>&#x8F66;</n><n>车</n></a>'
if (XMLValidator.validate(xml) !== true) throw new Error('the input is not valid')
console.log(`default:      ${new XMLParser().parse(xml).a.n.join(' | ')}`)
console.log(`htmlEntities: ${new XMLParser({ htmlEntities: true }).parse(xml).a.n.join(' | ')}`)
JS
cat >expected <<'TEXT'
default:      a & b | &#36710; | &#x8F66; | 车
htmlEntities: a & b | 车 | 车 | 车
TEXT
node run.mjs | tee seen
cmp seen expected
