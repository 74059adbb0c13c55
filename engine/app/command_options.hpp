// What the use cases beside `run` are told of their own, checked: which form the answer takes, and what it is
// about.
#pragma once

#include "engine/model/outcome.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pawl::app {

enum class table_format : std::uint8_t { csv, ndjson };
enum class report_format : std::uint8_t { text, json };
enum class plan_format : std::uint8_t { text, ndjson };
enum class drift_format : std::uint8_t { text, csv, ndjson };

struct plan_options {
  plan_format format = plan_format::text;
  std::string out;  // file for the jobs that remain; empty: none
};

struct export_options {
  std::string ledger;
  table_format format = table_format::csv;
  std::vector<outcome> outcomes;           // empty: all
  bool with_input = false;                 // the original columns too
  std::optional<std::int64_t> generation;  // unset: the newest
};

struct status_options {
  std::string ledger;
  report_format format = report_format::text;
};

struct verify_options {
  std::string ledger;
  drift_format format = drift_format::text;
  std::optional<std::int64_t> generation;  // unset: the newest
};

struct pull_options {
  std::vector<std::string> where;          // conditions, as given; all must hold
  std::vector<std::string> notes, expect;  // fields; empty: the defaults of `pull`
  std::string out;                         // file; empty: standard output
  std::optional<table_format> format;      // unset: by the ending of `out`, else csv
};

struct doctor_options {
  report_format format = report_format::text;
};

}  // namespace pawl::app
