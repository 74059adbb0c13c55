// Final errors: what stops a command, with the place and the remedy. The exit code follows from the kind.
#pragma once

#include <string>
#include <utility>
#include <variant>

namespace pawl {

// Why a command ends without having done everything. Each kind has one exit code (engine/app/exit_code).
enum class failure_kind {
  usage,  // exit 2: arguments, configuration or input are wrong; nothing was sent
  later,  // exit 3: stopped, and nothing is broken; the same command goes on later
  mend,   // exit 4: a person must act first
};

struct failure {
  failure_kind kind = failure_kind::usage;
  std::string place;   // file, file:line, flag or key; may be empty
  std::string what;    // what is wrong
  std::string remedy;  // what to do about it; may be empty
  bool held = false;   // another process holds what is needed (a ledger, a key) and will release it
};

// The remedy where another process holds something.
std::string held_remedy();

// "place: what; remedy": the one form in which failures are printed.
std::string to_string(const failure&);

// A value, or the failure that prevented it. (boost::system::result wants an error code; failures carry
// text.)
template <class T>
class [[nodiscard]] expected {
 public:
  expected(T value) : value_(std::in_place_index<0>, std::move(value)) {}
  expected(failure error) : value_(std::in_place_index<1>, std::move(error)) {}

  explicit operator bool() const noexcept { return value_.index() == 0; }
  T& operator*() & { return std::get<0>(value_); }
  const T& operator*() const& { return std::get<0>(value_); }
  T&& operator*() && { return std::get<0>(std::move(value_)); }
  T* operator->() { return &std::get<0>(value_); }
  const T* operator->() const { return &std::get<0>(value_); }
  failure& error() { return std::get<1>(value_); }
  const failure& error() const { return std::get<1>(value_); }

 private:
  std::variant<T, failure> value_;
};

// Success or a failure.
class [[nodiscard]] status {
 public:
  status() = default;
  status(failure error) : failed_(true), error_(std::move(error)) {}

  explicit operator bool() const noexcept { return !failed_; }
  failure& error() { return error_; }
  const failure& error() const { return error_; }

 private:
  bool failed_ = false;
  failure error_;
};

}  // namespace pawl
