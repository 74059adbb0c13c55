#include "engine/model/job.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <functional>
#include <utility>

namespace pawl {

char* byte_arena::allocate(std::size_t size) {
  if (blocks_.empty() || blocks_.back().size - blocks_.back().used < size) {
    block fresh;
    fresh.size = std::max(size, block_bytes);
    fresh.bytes = std::make_unique_for_overwrite<char[]>(fresh.size);
    blocks_.push_back(std::move(fresh));
  }
  auto& last = blocks_.back();
  char* at = last.bytes.get() + last.used;
  last.used += size;
  bytes_used_ += size;
  return at;
}

std::string_view byte_arena::copy(std::string_view text) {
  char* at = allocate(text.size());
  if (!text.empty()) std::memcpy(at, text.data(), text.size());
  return {at, text.size()};
}

void byte_arena::shrink_last(const char* start, std::size_t used) noexcept {
  assert(!blocks_.empty());
  auto& last = blocks_.back();
  const auto kept = static_cast<std::size_t>(start - last.bytes.get()) + used;
  assert(kept <= last.used);
  bytes_used_ -= last.used - kept;
  last.used = kept;
}

void byte_arena::clear() noexcept {
  if (!blocks_.empty() && blocks_.front().size > block_bytes) blocks_.clear();
  if (blocks_.size() > 1) blocks_.resize(1);
  if (!blocks_.empty()) blocks_.front().used = 0;
  bytes_used_ = 0;
}

void job_buffer::assign(const job_view& from) {
  // The buffer gets its full size first, so that the views that are taken while copying stay valid.
  const auto in_raw = [&raw = from.raw](std::string_view text) {
    return std::greater_equal<>{}(text.data(), raw.data()) &&
           std::less_equal<>{}(text.data() + text.size(), raw.data() + raw.size());
  };
  std::size_t need = from.raw.size();
  const auto add = [&](std::string_view text) { need += in_raw(text) ? 0 : text.size(); };
  add(from.id);
  for (const auto values : {from.patch, from.expect})
    for (const auto& v : values) {
      add(v.name);
      add(v.json);
    }
  bytes_.clear();
  bytes_.reserve(need);
  const auto copy = [this](std::string_view text) {
    const auto* at = bytes_.data() + bytes_.size();
    bytes_.insert(bytes_.end(), text.begin(), text.end());
    return std::string_view{at, text.size()};
  };
  // Most texts are pieces of the raw row, so they become views into its copy.
  const auto raw = copy(from.raw);
  const auto keep = [&](std::string_view text) {
    return in_raw(text) ? raw.substr(static_cast<std::size_t>(text.data() - from.raw.data()), text.size())
                        : copy(text);
  };
  view_ = job_view{from.row, from.line, keep(from.id), {}, {}, raw, from.replay_safe};
  values_.clear();
  for (const auto& v : from.patch) values_.push_back({v.field, keep(v.name), keep(v.json)});
  for (const auto& v : from.expect) values_.push_back({v.field, keep(v.name), keep(v.json)});
  patch_count_ = from.patch.size();
}

job_view job_buffer::view() const noexcept {
  job_view v = view_;
  v.patch = {values_.data(), patch_count_};
  v.expect = {values_.data() + patch_count_, values_.size() - patch_count_};
  return v;
}

void job_batch::clear() noexcept {
  bytes_.clear();
  rows_.clear();
  values_.clear();
  errors_.clear();
}

void job_batch::add(const job_view& job) {
  entry e;
  e.job = job;
  e.job.patch = {};
  e.job.expect = {};
  e.values_begin = static_cast<std::uint32_t>(values_.size());
  e.patch_count = static_cast<std::uint32_t>(job.patch.size());
  e.expect_count = static_cast<std::uint32_t>(job.expect.size());
  values_.insert(values_.end(), job.patch.begin(), job.patch.end());
  values_.insert(values_.end(), job.expect.begin(), job.expect.end());
  rows_.push_back(e);
}

void job_batch::add(row_error error) {
  entry e;
  e.error = static_cast<std::int32_t>(errors_.size());
  errors_.push_back(std::move(error));
  rows_.push_back(e);
}

void job_batch::reject(std::size_t at, row_error error) {
  rows_[at].error = static_cast<std::int32_t>(errors_.size());
  errors_.push_back(std::move(error));
}

const row_error* job_batch::error(std::size_t at) const noexcept {
  const auto e = rows_[at].error;
  return e < 0 ? nullptr : &errors_[static_cast<std::size_t>(e)];
}

job_view job_batch::job(std::size_t at) const noexcept {
  const auto& e = rows_[at];
  job_view v = e.job;
  v.patch = {values_.data() + e.values_begin, e.patch_count};
  v.expect = {values_.data() + e.values_begin + e.patch_count, e.expect_count};
  return v;
}

}  // namespace pawl
