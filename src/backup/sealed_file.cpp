#include "backup/sealed_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <functional>
#include <unistd.h>

#include <fmt/format.h>

#include "core/encoding.hpp"
#include "core/ids.hpp"
#include "crypto/aead.hpp"
#include "crypto/digest.hpp"
#include "crypto/running_digest.hpp"

namespace gatehouse::backup {
namespace {

constexpr std::size_t kPieceBytes = 1U << 20U;
constexpr std::size_t kSaltBytes = 16;
constexpr std::string_view kMagic = "gatehouse sealed 1\n";

auto cannot(std::string_view reason, const std::filesystem::path& path) {
  return fail(ErrorKind::unavailable, reason, fmt::format("{}: {}", path.string(), std::strerror(errno)));
}

class File {
 public:
  enum class Use { read, create };
  File(std::filesystem::path path, Use use)
      : path_(std::move(path)),
        number_(use == Use::read ? ::open(path_.c_str(), O_RDONLY | O_CLOEXEC)
                                 : ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600)) {}
  ~File() {
    if (number_ >= 0) ::close(number_);
  }
  File(const File&) = delete;

  [[nodiscard]] bool is_open() const { return number_ >= 0; }
  // Fewer bytes than asked for only at the end.
  Result<std::string> read(std::size_t bytes) {
    std::string piece(bytes, '\0');
    std::size_t size = 0;
    while (size < bytes) {
      const ssize_t got = ::read(number_, piece.data() + size, bytes - size);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return cannot("cannot_read", path_);
      if (got == 0) break;
      size += static_cast<std::size_t>(got);
    }
    piece.resize(size);
    return piece;
  }
  Result<void> write(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t put = ::write(number_, bytes.data(), bytes.size());
      if (put < 0 && errno == EINTR) continue;
      if (put < 0) return cannot("cannot_write", path_);
      bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return {};
  }
  Result<void> sync() {
    if (::fsync(number_) != 0) return cannot("cannot_write", path_);
    return {};
  }

 private:
  std::filesystem::path path_;
  int number_;
};

using Read = std::function<Result<std::string>(std::size_t bytes)>;  // fewer only at the end
using Write = std::function<Result<void>(std::string_view bytes)>;

// Eight bytes of count and four that say whether more follows.
std::string nonce_of(std::uint64_t piece, bool is_last) {
  std::string nonce(crypto::kAeadNonceBytes, '\0');
  for (int i = 7; i >= 0; --i, piece >>= 8U) nonce[static_cast<std::size_t>(i)] = static_cast<char>(piece);
  nonce[crypto::kAeadNonceBytes - 1] = is_last ? 1 : 0;
  return nonce;
}

// No two files share a key, so nonces may count from zero.
Secret key_of(const Seal& seal, std::string_view salt) {
  std::string message = "gatehouse sealed file\n";
  message += salt;
  message += seal.name;
  return Secret(crypto::hmac_sha256(seal.backup_key.reveal(), message));
}

struct Piece {
  std::string bytes;
  std::string nonce;
  bool is_last = false;
};

// Reads one piece ahead: only then is it known which is the last.
class Pieces {
 public:
  Pieces(const Read& read, std::size_t bytes) : read_(read), bytes_(bytes) {}

  Result<Piece> next() {
    if (count_ == 0) {
      auto first = read_(bytes_);
      if (!first) return fail(first);
      ahead_ = std::move(*first);
    }
    Piece piece{.bytes = std::exchange(ahead_, {})};
    piece.is_last = true;
    if (piece.bytes.size() == bytes_) {
      auto ahead = read_(bytes_);
      if (!ahead) return fail(ahead);
      ahead_ = std::move(*ahead);
      piece.is_last = ahead_.empty();
    }
    piece.nonce = nonce_of(count_++, piece.is_last);
    return piece;
  }

 private:
  const Read& read_;
  std::size_t bytes_;
  std::string ahead_;
  std::uint64_t count_ = 0;
};

Result<SealedFile> seal_pieces(const Read& read, const std::filesystem::path& to, const Seal& seal) {
  File output(to, File::Use::create);
  if (!output.is_open()) return cannot("cannot_write", to);
  crypto::RunningDigest digest;
  SealedFile sealed;
  const auto put = [&](std::string_view bytes) {
    digest.update(bytes);
    sealed.bytes += bytes.size();
    return output.write(bytes);
  };
  const std::string salt = core::random_bytes(kSaltBytes);
  const Secret key = key_of(seal, salt);
  if (auto written = put(std::string(kMagic) + salt); !written) return fail(written);
  Pieces pieces(read, kPieceBytes);
  for (bool more = true; more;) {
    const auto piece = pieces.next();
    if (!piece) return fail(piece);
    const auto ciphertext = crypto::seal(key, piece->nonce, piece->bytes, kMagic);
    if (!ciphertext) return fail(ciphertext);
    if (auto written = put(*ciphertext); !written) return fail(written);
    more = !piece->is_last;
  }
  if (auto synced = output.sync(); !synced) return fail(synced);
  sealed.sha256 = core::to_hex(digest.finish());
  return sealed;
}

Result<void> open_pieces(const std::filesystem::path& from, const Seal& seal, const Write& write) {
  File input(from, File::Use::read);
  if (!input.is_open()) return cannot("cannot_read", from);
  const auto rejected = [&from](std::string_view why) {
    return fail(ErrorKind::internal, "ciphertext_rejected", fmt::format("{}: {}", from.string(), why));
  };
  const auto head = input.read(kMagic.size() + kSaltBytes);
  if (!head) return fail(head);
  if (!head->starts_with(kMagic) || head->size() != kMagic.size() + kSaltBytes)
    return rejected("this is no sealed file");
  const Secret key = key_of(seal, std::string_view(*head).substr(kMagic.size()));
  const Read read = [&input](std::size_t bytes) { return input.read(bytes); };
  Pieces pieces(read, kPieceBytes + crypto::kAeadTagBytes);
  for (bool more = true; more;) {
    const auto piece = pieces.next();
    if (!piece) return fail(piece);
    const auto plain = crypto::open(key, piece->nonce, piece->bytes, kMagic);
    if (!plain) return rejected("it was sealed with another key, or was changed");
    if (auto written = write(*plain); !written) return written;
    more = !piece->is_last;
  }
  return {};
}

}  // namespace

Result<SealedFile> seal_file(const std::filesystem::path& from, const std::filesystem::path& to,
                             const Seal& seal) {
  File input(from, File::Use::read);
  if (!input.is_open()) return cannot("cannot_read", from);
  const Read read = [&input](std::size_t bytes) { return input.read(bytes); };
  return seal_pieces(read, to, seal);
}

Result<SealedFile> seal_text(std::string_view text, const std::filesystem::path& to, const Seal& seal) {
  const Read read = [&text](std::size_t bytes) -> Result<std::string> {
    std::string piece(text.substr(0, bytes));
    text.remove_prefix(piece.size());
    return piece;
  };
  return seal_pieces(read, to, seal);
}

Result<void> open_file(const std::filesystem::path& from, const std::filesystem::path& to, const Seal& seal) {
  File output(to, File::Use::create);
  if (!output.is_open()) return cannot("cannot_write", to);
  const Write write = [&output](std::string_view bytes) { return output.write(bytes); };
  auto opened = open_pieces(from, seal, write);
  if (opened) opened = output.sync();
  if (!opened) ::unlink(to.c_str());
  return opened;
}

Result<std::string> open_text(const std::filesystem::path& from, const Seal& seal, std::size_t bytes_max) {
  std::string text;
  const Write write = [&](std::string_view bytes) -> Result<void> {
    if (text.size() + bytes.size() > bytes_max) return fail(ErrorKind::too_large, "too_large", from.string());
    text += bytes;
    return {};
  };
  if (auto opened = open_pieces(from, seal, write); !opened) return fail(opened);
  return text;
}

Result<SealedFile> measure(const std::filesystem::path& file) {
  File input(file, File::Use::read);
  if (!input.is_open()) return cannot("cannot_read", file);
  crypto::RunningDigest digest;
  SealedFile sealed;
  for (;;) {
    const auto piece = input.read(kPieceBytes);
    if (!piece) return fail(piece);
    if (piece->empty()) break;
    digest.update(*piece);
    sealed.bytes += piece->size();
  }
  sealed.sha256 = core::to_hex(digest.finish());
  return sealed;
}

}  // namespace gatehouse::backup
