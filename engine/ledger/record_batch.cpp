#include "engine/ledger/record_batch.hpp"

namespace pawl::ledger {

record_batch::entry& record_batch::append(std::initializer_list<std::string_view> texts) {
  auto& e = entries_.emplace_back();
  e.begin = bytes_.size();
  std::size_t i = 0;
  for (const auto text : texts) {
    e.sizes[i++] = static_cast<std::uint32_t>(text.size());
    bytes_.insert(bytes_.end(), text.begin(), text.end());
  }
  return e;
}

std::array<std::string_view, 5> record_batch::texts_of(const entry& e) const noexcept {
  std::array<std::string_view, 5> texts;
  const char* at = bytes_.data() + e.begin;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    texts[i] = {at, e.sizes[i]};
    at += e.sizes[i];
  }
  return texts;
}

void record_batch::add(const job_record& job) {
  const auto raw = is_success(job.outcome) ? std::string_view{} : job.raw;
  auto& e = append({job.id, job.error_code, job.error_message, job.request_id, raw});
  e.fixed = job;
  ++outcomes_[job.outcome];
}

job_record record_batch::job_of(const entry& e) const noexcept {
  const auto texts = texts_of(e);
  job_record job = e.fixed;
  job.id = texts[0];
  job.error_code = texts[1];
  job.error_message = texts[2];
  job.request_id = texts[3];
  job.raw = texts[4];
  return job;
}

void record_batch::add(const intent_record& intent) {
  auto& e = append({intent.id, intent.old_values, intent.new_values, intent.updated_at, intent.key});
  e.fixed.row = intent.row;
  e.fixed.sent_at = intent.sent_at;
  e.since_boot = intent.since_boot;
  e.is = entry::kind::intent;
}

void record_batch::add(const intent_withdrawal& withdrawn) {
  auto& e = append({});
  e.fixed.row = withdrawn.row;
  e.is = entry::kind::withdrawal;
}

intent_record record_batch::intent_of(const entry& e) const noexcept {
  const auto texts = texts_of(e);
  return {e.fixed.row, texts[0], e.fixed.sent_at, texts[1], texts[2], texts[3], e.since_boot, texts[4]};
}

void record_batch::add(const sample_row& sample) {
  samples_.push_back(sample);
}

void record_batch::add(const event_record& event) {
  events_.emplace_back(event, std::array{std::string{event.kind}, std::string{event.reason}});
  events_.back().first.kind = events_.back().first.reason = {};
}

void record_batch::clear() noexcept {
  constexpr std::size_t kept_bytes = 1024 * 1024;  // chosen: ordinary failures with their rows fit
  if (bytes_.capacity() > kept_bytes) bytes_ = {};
  bytes_.clear();
  entries_.clear();
  samples_.clear();
  events_.clear();
  outcomes_ = {};
}

}  // namespace pawl::ledger
