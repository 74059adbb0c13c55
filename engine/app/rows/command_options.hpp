// Checked options that only one use case has, other than `run`: the form of the answer, and what it is about.
#pragma once

#include "engine/model/outcome.hpp"
#include "engine/model/time.hpp"
#include "engine/text/name_table.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace pawl::app {

// The formats of export and pull, of status and doctor, of plan, and of verify; each has its names.
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
  std::string out;  // file for the rows that would be written, as jobs; empty: none
};

struct export_options {
  std::string ledger;
  export_format format = export_format::csv;
  std::vector<outcome> outcomes;           // empty: all
  bool with_input = false;                 // the original columns come too
  std::optional<std::int64_t> generation;  // unset: the newest
};

struct status_options {
  std::string ledger;
  report_format format = report_format::text;
};

struct check_ledger_options {
  std::string ledger;
  report_format format = report_format::text;
  std::string seal;  // in lower case; empty: none was noted
  bool accept_changes = false;
};

struct verify_options {
  std::string ledger;
  drift_format format = drift_format::text;
  std::optional<double> sample;            // the share of the resources to look at; unset: all
  std::optional<std::int64_t> generation;  // unset: the newest
  std::optional<duration> after;           // no row is looked at earlier after its end; unset: at once
};

struct pull_options {
  std::vector<std::string> where;          // conditions, as given; all of them must hold
  std::vector<std::string> notes, expect;  // fields; empty: the defaults of `pull`
  std::string out;                         // file; empty: standard output
  std::optional<table_format> format;      // unset: by the ending of `out`, else csv
};

struct doctor_options {
  report_format format = report_format::text;
};

}  // namespace pawl::app
