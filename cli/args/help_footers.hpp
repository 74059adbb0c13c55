// What --help says below the options: examples, exit codes.
#pragma once

namespace pawl::cli {

inline constexpr const char* main_footer =
    "Examples:\n"
    "  pawl check jobs.csv                            is the file right? nothing is sent\n"
    "  pawl plan jobs.csv                             what would change, and how long would it take?\n"
    "  pawl run jobs.csv                              apply it; the same command goes on after any stop\n"
    "  pawl run ids.csv --set status=done --limit 5   a bare list of ids, and only five of them first\n"
    "  pawl status jobs.csv.ledger                    how far is it?\n"
    "  pawl export jobs.csv.ledger --outcome failed,refused --with-input > to-mend.csv\n"
    "  pawl verify jobs.csv.ledger                    does everything still show what was written?\n"
    "  pawl pull --where status=open --out open.csv   an input from what the API lists\n"
    "  pawl doctor                                    are key, scopes, TLS and limits right?\n"
    "\n"
    "Exit codes: 0 every row is a success; 1 finished, some rows failed; 2 usage or input error, nothing was "
    "sent;\n"
    "3 stopped, run the same command again later; 4 stopped, a person must act; 130, 143, 129 interrupted.\n"
    "'pawl COMMAND --help' lists the options of a command.";

inline constexpr const char* run_footer =
    "Examples:\n"
    "  pawl run jobs.csv\n"
    "  pawl run jobs.ndjson --rate 30/min --summary summary.json\n"
    "  pawl run export.csv --map \"Thread ID=id\" --ignore-column Notes --set status=done\n"
    "  make-jobs | pawl run - --format ndjson --ledger nightly.ledger\n"
    "  pawl run jobs.csv --base-url https://127.0.0.1:8443/api/v2 --ca-file sandbox-ca.pem --ledger "
    "rehearsal.ledger";

inline constexpr const char* plan_footer =
    "Takes the options of run: what a run with them would do. Reads each resource that it would read, within "
    "the read limits;\nnothing is written, neither to the API nor to the ledger. Rows that are done in the "
    "ledger are left out.\n"
    "Exit codes: 0 every row would succeed; 1 some rows are missing, refused, unreadable or invalid; 2 usage "
    "or input\nerror; 3 stopped, try again later; 4 a person must act.\n"
    "Examples:\n"
    "  pawl plan jobs.csv\n"
    "  pawl plan ids.csv --set status=done --only-if 'last_inbound_message_at older than 90d'\n"
    "  pawl plan jobs.csv --format ndjson | jq -c 'select(.what == \"write\") | .changes'\n"
    "  pawl plan jobs.csv --out todo.ndjson && pawl run todo.ndjson";

inline constexpr const char* check_footer =
    "Takes the options of run and reads only those that matter to the input.\n"
    "Examples:\n"
    "  pawl check jobs.csv\n"
    "  pawl check jobs.csv --set status=snoozed --set snoozed_until=2027-01-01T00:00:00Z";

inline constexpr const char* export_footer =
    "Examples:\n"
    "  pawl export jobs.csv.ledger > outcomes.csv\n"
    "  pawl export jobs.csv.ledger --outcome failed,refused --with-input > to-mend.csv\n"
    "  pawl export jobs.csv.ledger --format ndjson | jq 'select(.attempts > 1)'";

inline constexpr const char* status_footer =
    "Examples:\n"
    "  pawl status jobs.csv.ledger\n"
    "  watch -n 5 pawl status jobs.csv.ledger\n"
    "  pawl status jobs.csv.ledger --format json | jq .pending";

inline constexpr const char* undo_footer =
    "Prints jobs for 'pawl run' that bring back what the run has overwritten, one for each resource, newest "
    "row first.\n"
    "Each expects what the run wrote: a resource that somebody has changed since is skipped and stays as it "
    "is.\n"
    "What cannot go back is listed on standard error.\n"
    "Exit codes: 0 everything can go back; 1 some fields or rows cannot (the jobs are printed all the "
    "same).\n"
    "Examples:\n"
    "  pawl undo jobs.csv.ledger > undo.ndjson\n"
    "  pawl check undo.ndjson && pawl run undo.ndjson";
inline constexpr const char* verify_footer =
    "Reads only: pages of the list while they settle more than they cost, then one resource after the other. "
    "What a later\nrow of the same id wrote is what counts. Needs the input file of the run.\n"
    "Exit codes: 0 everything is as it was written; 1 something has drifted; 2 usage; 3 stopped, try again "
    "later; 4 a person must act.\n"
    "Examples:\n"
    "  pawl verify jobs.csv.ledger\n"
    "  pawl verify jobs.csv.ledger --format csv > drift.csv";

inline constexpr const char* pull_footer =
    "Conditions: FIELD = VALUE, FIELD != VALUE, FIELD < VALUE, FIELD > VALUE, FIELD older than 90d, FIELD "
    "newer "
    "than 15m,\nhas tag NAME, FIELD has VALUE, FIELD is null, FIELD is not null. A null is neither old nor "
    "new.\n"
    "The output is complete or not there: it is written when the last page has come.\n"
    "Examples:\n"
    "  pawl pull --where status=open --where 'last_inbound_message_at older than 90d' --out stale.csv\n"
    "  pawl run stale.csv --set status=done\n"
    "  pawl pull --where 'has tag billing' --note title --note company_name --format ndjson";

inline constexpr const char* trust_footer =
    "Shows what the file sets. A pawl.toml that is merely found may not say where requests, keys or files go "
    "(api.*, auth.*,\ntls.*, proxy, ledger.path, state_dir, log.file) until it was trusted, as it is then, "
    "or is "
    "named with --config or\nPAWL_CONFIG.\n"
    "Exit codes: 0 it is trusted; 2 it cannot be read, or what it says is wrong.\n"
    "Examples:\n"
    "  pawl trust\n"
    "  pawl trust nightly/pawl.toml";

inline constexpr const char* doctor_footer =
    "Sends one read and looks at what comes back. Exit codes: 0 all is well; 4 something is to be mended; 3 "
    "the "
    "API cannot be\nreached now; 2 the settings are wrong.\n"
    "Examples:\n"
    "  pawl doctor\n"
    "  pawl doctor --config nightly.toml --format json";

}  // namespace pawl::cli
