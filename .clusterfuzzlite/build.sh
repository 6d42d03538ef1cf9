#!/bin/bash -eu
# Builds each native fuzz target of the module for libFuzzer, whichever there are.
# OSS-Fuzz and ClusterFuzzLite run it in the root of the module and set CXX, CXXFLAGS,
# LIB_FUZZING_ENGINE and OUT. With the word list it prints the targets alone.
#
# Fuzz targets are in external test packages, which no program can import. So each of
# these is copied to a folder where it is a package like others.
set -o pipefail

# targets prints the package and the name of each target.
targets() {
  go test -vet=off -list '^Fuzz' ./... | awk '
    /^Fuzz/ { names[n++] = $1 }
    $1 == "ok" { for (i = 0; i < n; i++) print $2, names[i]; n = 0 }'
}

if [ "${1-}" = list ]; then
  targets
  exit
fi

module=$(go list -m)
copies=internal/libfuzzer
trap 'rm -rf "$copies"' EXIT
targets >"$OUT/targets"
while read -r package target; do
  copy=$copies/$(basename "$package")
  if [ ! -d "$copy" ]; then
    mkdir -p "$copy"
    folder=$(go list -f '{{.Dir}}' "$package")
    for file in $(go list -f '{{join .XTestGoFiles " "}}' "$package"); do
      cp "$folder/$file" "$copy/${file%_test.go}.go"
    done
  fi
  program=${copy}_$target
  mkdir "$program"
  sed "s|TARGET_PACKAGE|$module/$copy|; s|TARGET_FUNCTION|$target|" .clusterfuzzlite/main.go >"$program/main.go"
  go build -buildmode=c-archive -trimpath -tags libfuzzer -gcflags=all=-d=libfuzzer -o "$program/main.a" "./$program"
  $CXX $CXXFLAGS $LIB_FUZZING_ENGINE "$program/main.a" -o "$OUT/$(basename "$program")"
done <"$OUT/targets"
rm "$OUT/targets"
