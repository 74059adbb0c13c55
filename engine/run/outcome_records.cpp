#include "engine/run/outcome_records.hpp"

#include <fmt/format.h>

namespace pawl::run {

ledger::job_record record_of(const job_in_hand& job, const policy::action::finish& end) {
  ledger::job_record made;
  made.row = job.job.row;
  made.id = job.job.id;
  made.outcome = end.result;
  made.verified = end.how;
  made.http_status = end.note.http_status;
  made.error_code = end.note.code;
  made.error_message = end.note.message;
  made.request_id = end.note.request_id;
  made.attempts = job.step.attempts();
  made.sent_at = job.sent_at;
  made.latency_us = job.latency_us;
  made.raw = job.job.raw;
  return made;
}

ledger::job_record record_of(const row_error& bad, std::string& words) {
  const auto& first = bad.complaints.front();
  words = fmt::format("{}: {}", first.column, first.what);
  ledger::job_record made;
  made.row = bad.row;
  made.id = bad.id;
  made.outcome = outcome::invalid;
  made.error_code = bad.code;
  made.error_message = words;
  made.raw = bad.raw;
  return made;
}

ledger::job_record record_of(const job_view& job, const policy::needless& end) {
  constexpr int status_of_a_page = 200;
  const auto note = end.note(status_of_a_page);
  ledger::job_record made;
  made.row = job.row;
  made.id = job.id;
  made.outcome = end.result;
  made.verified = end.how;
  made.http_status = note.http_status;
  made.error_code = note.code;
  made.error_message = note.message;
  return made;
}

}  // namespace pawl::run
