// Answers, with npm's own semver, a JSON list of questions from stdin: [kind, ...] each. Its folder is the argument.
const semver = require(process.argv[2])
const options = (prereleases) => ({ includePrerelease: prereleases })
const kinds = {
  // [satisfies, version, range, prereleases] -> true, false, or null where the range is none
  satisfies: (version, range, prereleases) =>
    semver.validRange(range, options(prereleases)) === null ? null : semver.satisfies(version, range, options(prereleases)),
  // [sort, versions] -> those that are versions, the lowest first
  sort: (versions) => versions.filter((one) => semver.valid(one) === one).sort(semver.compare),
  // [best, versions, range, prereleases] -> the highest that satisfies, or null
  best: (versions, range, prereleases) =>
    semver.maxSatisfying(versions.filter((one) => semver.valid(one) === one), range, options(prereleases)),
}
const questions = JSON.parse(require('fs').readFileSync(0, 'utf8'))
process.stdout.write(JSON.stringify(questions.map(([kind, ...rest]) => kinds[kind](...rest))))
