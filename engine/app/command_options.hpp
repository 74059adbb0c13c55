// What the use cases beside `run` are told of their own, checked: which form the answer takes, and what it is
// about.
#pragma once

#include "engine/model/error.hpp"
#include "engine/model/outcome.hpp"
#include "engine/text/name_table.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pawl::app {

// Of what export and pull write, of status and doctor, of plan, of verify; each with its names.
enum class export_format : std::uint8_t { csv, ndjson };
inline constexpr name_table<export_format, 2> export_formats{
    {{"csv", export_format::csv}, {"ndjson", export_format::ndjson}}};
enum class table_format : std::uint8_t { csv, ndjson };
inline constexpr name_table<table_format, 2> table_formats{
    {{"csv", table_format::csv}, {"ndjson", table_format::ndjson}}};
enum class report_format : std::uint8_t { text, json };
inline constexpr name_table<report_format, 2> report_formats{
    {{"text", report_format::text}, {"json", report_format::json}}};
enum class plan_format : std::uint8_t { text, ndjson };
inline constexpr name_table<plan_format, 2> plan_formats{
    {{"text", plan_format::text}, {"ndjson", plan_format::ndjson}}};
enum class drift_format : std::uint8_t { text, csv, ndjson };
inline constexpr name_table<drift_format, 3> drift_formats{
    {{"text", drift_format::text}, {"csv", drift_format::csv}, {"ndjson", drift_format::ndjson}}};

struct plan_options {
  plan_format format = plan_format::text;
  std::string out;  // file for the jobs that remain; empty: none
  // Why the caller cannot take the answer; unset: it can. Nothing is read then.
  std::optional<failure> refused;
};

struct export_options {
  std::string ledger;
  export_format format = export_format::csv;
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
