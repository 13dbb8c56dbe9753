#!/usr/bin/env bash
# Lists every package in the program with its version and licence, and writes the bill of materials (CycloneDX 1.5, JSON) of the published program.
#
#   deploy/licences.sh [--sbom FILE]         (another lock file: SETTLEMENT_LOCK_FILE)
#
# Reads src/Settlement.Worker/packages.lock.json and the packages as they were restored (NUGET_PACKAGES, ~/.nuget/packages): run `dotnet restore` first. It
# needs nothing but a shell, awk and coreutils, and no network. Exit code 1: a package has a licence that deploy/licences.txt does not name, or is not
# restored; the bill of materials is not written then. The same lock file always makes the same bill.
set -euo pipefail
export LC_ALL=C.UTF-8

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
lock=${SETTLEMENT_LOCK_FILE:-$root/src/Settlement.Worker/packages.lock.json}
cache=${NUGET_PACKAGES:-$HOME/.nuget/packages}
accepted=$root/deploy/licences.txt
tab=$'\t'
sbom=""
case "${1:-}" in
  "") ;;
  --sbom) sbom=${2:?usage: licences.sh [--sbom FILE]} ;;
  *) echo "usage: licences.sh [--sbom FILE]" >&2; exit 2 ;;
esac

# A line for each entry of the lock file: kind, name, version (- for our own projects), the names of what it needs. NuGet writes the file, always alike.
entries() {
  awk -F'"' '
    function flush() { if (name != "") print kind "\t" name "\t" (version == "" ? "-" : version) "\t" (needs == "" ? "-" : needs); name = "" }
    /^      "/ { flush(); name = $2; kind = version = needs = "" }
    /^        "type":/ { kind = $4 }
    /^        "resolved":/ { version = $4 }
    /^          "/ { needs = needs (needs == "" ? "" : ",") $2 }
    END { flush() }' "$lock" | sort -u
}

folder_of() { echo "$cache/${1,,}/${2,,}"; }

text_of() { sed 's/></>\n</g' "$1" | sed -n "s/.*<$2[^>]*>\\([^<]*\\)<.*/\\1/p" | head -n 1; }

is_accepted() { grep -qxF -- "$1" "$accepted"; }

# What the package says of itself: "id", "expression" or "name", and the licence. Fails with the reason on standard error.
licence_of() {
  local folder nuspec said part
  folder=$(folder_of "$1" "$2") nuspec=$(folder_of "$1" "$2")/${1,,}.nuspec
  [ -f "$nuspec" ] || { echo "$1 $2: is not restored ($nuspec)" >&2; return 1; }
  said=$(text_of "$nuspec" 'license type="expression"')
  if [ -n "$said" ]; then
    is_accepted "$said" && { echo "id$tab$said"; return; }
    # Of a choice, one has to be accepted; anything else that is combined is for a person to read.
    case "$said" in *' AND '* | *' WITH '* | *'('*) ;; *' OR '*)
      while IFS= read -r part; do
        if is_accepted "$part"; then echo "expression$tab$said"; return; fi
      done < <(sed 's/ OR /\n/g' <<<"$said") ;;
    esac
    echo "$1 $2: its licence $said is not in deploy/licences.txt" >&2
    return 1
  fi
  said=$(text_of "$nuspec" 'license type="file"')
  said=${said//\\//}
  part=$(awk -v name="$1" '$1 == name { print $2; exit }' "$accepted")
  if [ -n "$said" ] && [ -n "$part" ] && [ -f "$folder/$said" ] && [ "$(sha256sum <"$folder/$said" | cut -c1-64)" = "$part" ]; then
    echo "name$tab$(awk -v name="$1" '$1 == name { $1 = $2 = ""; sub(/^ +/, ""); print; exit }' "$accepted")"
    return
  fi
  echo "$1 $2: brings a licence text of its own (${said:-none named}) that deploy/licences.txt does not know" >&2
  return 1
}

# For the compiler only: the published program does not have it.
is_for_the_build() { grep -q "Include=\"$1\" PrivateAssets=\"all\"" "$root/Directory.Build.props"; }

json() { local text=${1//\\/\\\\}; printf '"%s"' "${text//\"/\\\"}"; }

ref_of() { echo "pkg:nuget/$1@$2"; }

component() {
  local name=$1 version=$2 form=$3 licence=$4 hash shown
  hash=$(base64 -d <"$(folder_of "$name" "$version")/${name,,}.${version,,}.nupkg.sha512" | od -An -v -tx1 | tr -d ' \n')
  case "$form" in
    expression) shown="{ \"expression\": $(json "$licence") }" ;;
    *) shown="{ \"license\": { \"$form\": $(json "$licence") } }" ;;
  esac
  printf '    { "type": "library", "bom-ref": %s, "name": %s, "version": %s, "scope": "%s",\n' \
    "$(json "$(ref_of "$name" "$version")")" "$(json "$name")" "$(json "$version")" "$(is_for_the_build "$name" && echo excluded || echo required)"
  printf '      "hashes": [ { "alg": "SHA-512", "content": "%s" } ], "licenses": [ %s ], "purl": %s }' "$hash" "$shown" "$(json "$(ref_of "$name" "$version")")"
}

# What each package needs, by the names of the lock file. What our own projects need, the program needs.
dependencies() {
  awk -F'\t' -v program="$1" '
    { kind[$2] = $1; version[$2] = $3; needs[$2] = $4; names[++count] = $2; lower[tolower($2)] = $2 }
    function ref(name) { return "pkg:nuget/" name "@" version[name] }
    function list(text,   parts, n, i, out) {
      n = split(text == "-" ? "" : text, parts, ",")
      for (i = 1; i <= n; i++) if ((parts[i] in kind) && kind[parts[i]] != "Project") out = out (out == "" ? "" : ", ") "\"" ref(parts[i]) "\""
      return out
    }
    END {
      for (i = 1; i <= count; i++) {
        if (kind[names[i]] == "Direct") seen[names[i]] = 1
        if (kind[names[i]] == "Project") { n = split(needs[names[i]], parts, ","); for (j = 1; j <= n; j++) if ((parts[j] in kind) && kind[parts[j]] != "Project") seen[parts[j]] = 1 }
      }
      for (i = 1; i <= count; i++) if (names[i] in seen) own = own (own == "" ? "" : ", ") "\"" ref(names[i]) "\""
      printf "    { \"ref\": \"%s\", \"dependsOn\": [ %s ] }", program, own
      for (i = 1; i <= count; i++) if (kind[names[i]] != "Project") printf ",\n    { \"ref\": \"%s\", \"dependsOn\": [ %s ] }", ref(names[i]), list(needs[names[i]])
      print ""
    }'
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
entries >"$work/entries"
grep -qv '^Project' "$work/entries" || { echo "$lock names no packages" >&2; exit 1; }

failed=0
while IFS=$tab read -r kind name version needs; do
  [ "$kind" != Project ] || continue
  if found=$(licence_of "$name" "$version"); then
    printf '%s\t%s\t%s\n' "$name" "$version" "$found" >>"$work/licences"
    printf '%-52s %-10s %s%s\n' "$name" "$version" "${found#*"$tab"}" "$(is_for_the_build "$name" && echo ' (build only)' || true)"
  else
    failed=1
  fi
done < <(sort -f -t "$tab" -k 2 "$work/entries")
[ "$failed" -eq 0 ] || exit 1

[ -n "$sbom" ] || exit 0
version=$(text_of "$root/Directory.Build.props" Version)
program="pkg:generic/settlement@${version:-1.0.0}"
id=$(sha256sum <"$lock" | sed -E 's/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*/\1-\2-5\3-8\4-\5/')
{
  printf '{\n  "bomFormat": "CycloneDX",\n  "specVersion": "1.5",\n  "serialNumber": "urn:uuid:%s",\n  "version": 1,\n' "$id"
  printf '  "metadata": { "component": { "type": "application", "bom-ref": %s, "name": "settlement", "version": %s } },\n' "$(json "$program")" "$(json "${version:-1.0.0}")"
  printf '  "components": [\n'
  first=1
  while IFS=$tab read -r name version form licence; do
    [ "$first" -eq 1 ] || printf ',\n'
    first=0
    component "$name" "$version" "$form" "$licence"
  done <"$work/licences"
  printf '\n  ],\n  "dependencies": [\n'
  dependencies "$program" <"$work/entries"
  printf '  ]\n}\n'
} >"$work/sbom"
mv "$work/sbom" "$sbom"
