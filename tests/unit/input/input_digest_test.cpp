#include "engine/input/input_digest.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pawl::input {
namespace {

template <class Stream>
auto of(std::string_view bytes, std::size_t piece) {
  Stream stream;
  for (std::size_t i = 0; i < bytes.size(); i += piece) stream.add(bytes.substr(i, piece));
  return stream.finish();
}

TEST(Fingerprint, DependsOnTheBytesAndNotOnHowTheyCame) {
  std::string bytes;
  for (int i = 0; i < 1000; ++i) bytes += static_cast<char>(i * 7);
  const auto whole = of<fingerprint_stream>(bytes, bytes.size());
  for (const std::size_t piece : {1u, 7u, 16u, 64u, 333u, 999u})
    EXPECT_EQ(of<fingerprint_stream>(bytes, piece), whole) << piece;
}

TEST(Fingerprint, ChangesWithEveryBitAndWithTheLength) {
  const std::string bytes(100, '\0');
  const auto whole = of<fingerprint_stream>(bytes, 100);
  for (std::size_t bit = 0; bit < 800; ++bit) {
    auto other = bytes;
    other[bit / 8] = static_cast<char>(other[bit / 8] ^ (1 << bit % 8));
    EXPECT_NE(of<fingerprint_stream>(other, 100), whole) << bit;
  }
  for (const std::size_t length : {0u, 1u, 15u, 16u, 99u})
    EXPECT_NE(of<fingerprint_stream>(bytes.substr(0, length), 100), whole) << length;
  EXPECT_NE(of<fingerprint_stream>(bytes + '\0', 100), whole);
}

TEST(Fingerprint, AStreamIsEmptyAfterItsEnd) {
  fingerprint_stream stream;
  stream.add("one");
  const auto one = stream.finish();
  stream.add("one");
  EXPECT_EQ(stream.finish(), one);
}

TEST(Fingerprint, IsAnotherUnderAnotherKey) {
  const auto under = [](const fingerprint_key& key) {
    fingerprint_stream stream(key);
    stream.add("one");
    return stream.finish();
  };
  auto other = own_fingerprint_key();
  EXPECT_EQ(under(other), of<fingerprint_stream>("one", 1));
  other[0] ^= 1;
  EXPECT_NE(under(other), of<fingerprint_stream>("one", 1));
}

TEST(Fingerprint, ComesBackFromTextWithItsKey) {
  const keyed_fingerprint known{own_fingerprint_key(), of<fingerprint_stream>("one", 1)};
  EXPECT_EQ(parse_keyed_fingerprint(to_hex(known)), known);
  EXPECT_EQ(parse_keyed_fingerprint(to_hex(known).substr(1)), std::nullopt);
  EXPECT_EQ(parse_keyed_fingerprint(""), std::nullopt);
}

TEST(InputDigests, AreThoseOfTheirStreams) {
  const auto both = of<input_digest_stream>("id,status\nt1,done\n", 5);
  EXPECT_EQ(both.digest, of<sha256_stream>("id,status\nt1,done\n", 100));
  EXPECT_EQ(both.print, of<fingerprint_stream>("id,status\nt1,done\n", 100));
}

}  // namespace
}  // namespace pawl::input
