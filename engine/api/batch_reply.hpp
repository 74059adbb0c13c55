// Takes the reply to a request for several resources apart: what it says of each of them. Pure.
#pragma once

#include "engine/api/page_reader.hpp"
#include "engine/api/profile.hpp"
#include "engine/text/json_locator.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pawl::api {

// What a reply says of one resource.
struct batch_answer {
  enum class said : std::uint8_t {
    nothing,  // it is not named, or named twice: which of the two counts would be a guess
    item,     // `text` is the resource, a JSON text in the reply
    error,    // `text` is the error, likewise
  };
  said is = said::nothing;
  std::string_view text{};  // json_padding readable bytes follow it
};

// Where one of the resources shows its id.
const json_path& id_in_batch(const profile&, const batch_spec&) noexcept;

// Appends what the reply to a read of this resource alone would be: the item, at `root`. False: an element of
// a list that is picked by a member's value cannot be made up, and nothing was appended.
bool append_as_single_reply(std::string& to, const json_path& root, std::string_view item);

// One thread at a time.
class batch_reply_reader {
 public:
  // Both must outlive it.
  batch_reply_reader(const profile&, const batch_spec&);

  // `body` must be followed by json_padding readable bytes. One answer for each id, in their order; no id may
  // be there twice. False: the body is not JSON, or has no list where the resources belong; then nothing is
  // said of any. Ids that were not asked for are passed over.
  bool read(std::string_view body, std::span<const std::string_view> ids, std::vector<batch_answer>& into);

 private:
  void take(std::string_view id, batch_answer::said, std::string_view text, std::vector<batch_answer>& into);
  void take_items(std::vector<batch_answer>& into);
  void take_error(std::string_view error, std::vector<batch_answer>& into);
  std::string key_of(std::string_view id) const;

  const bool without_case_;
  json_parser parser_, error_parser_;
  json_locator at_, error_id_;
  item_ids ids_;
  std::vector<std::uint32_t> wanted_;
  std::unordered_map<std::string, std::size_t> positions_;
  std::vector<std::uint8_t> is_named_;
  std::string scratch_;
};

}  // namespace pawl::api
