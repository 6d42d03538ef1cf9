package main

// check is one thing to try on the server, in RESP2 and in RESP3.
type check struct {
	name string
	run  func(*trip)
}

// checks are all of them, in the order in which they run.
var checks = []check{
	{"inline", checkInline},
	{"text", checkText},
	{"empty", checkEmpty},
	{"missing", checkMissing},
	{"all-bytes", checkAllBytes},
	{"integers", checkIntegers},
	{"doubles", checkDoubles},
	{"hash", checkHash},
	{"mget", checkMGet},
	{"stream", checkStream},
	{"command-docs", checkCommandDocs},
	{"commands", checkCommands},
	{"config-get", checkConfigGet},
	{"client-name", checkClientName},
	{"errors", checkErrors},
	{"errors-pipelined", checkErrorsPipelined},
	{"large/cutoff", checkCutoff},
	{"large/1MiB", checkMiB},
	{"large/64MiB", check64MiB},
	{"large/1GiB", checkGiB},
	{"pipeline", checkPipeline},
	{"transaction", checkTransaction},
	{"transaction-aborted", checkTransactionAborted},
	{"script/nested", checkScriptNested},
	{"script/types", checkScriptTypes},
	{"script/big-number", checkScriptBigNumber},
	{"debug-protocol", checkDebugProtocol},
	{"push", checkPush},
	{"push-between", checkPushBetween},
	{"push-in-exec", checkPushInExec},
	{"lock", checkLock},
	{"pool", checkPool},
	{"pool-killed", checkPoolKilled},
	{"random/echo", checkRandomEcho},
	{"random/set-get", checkRandomSetGet},
	{"random/script", checkRandomScript},
	{"replication/full", checkReplicationFull},
	{"replication/partial", checkReplicationPartial},
	{"aof/log", checkAOFLog},
	{"aof/rewritten", checkAOFRewritten},
}
