// SPDX-License-Identifier: Apache-2.0
#include "transports/coding/content_stages.hpp"

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

#include <array>

namespace mcpgw {

namespace {

constexpr std::size_t piece_bytes = 32 * 1024; // that come out at once
constexpr int zstd_window_log_max = 23;        // 8 MiB: what RFC 9659 lets a sender use
constexpr int gzip_level = 1;
constexpr int gzip_window = 15 + 16; // zlib: with the header of gzip
constexpr int zlib_window = 15;
constexpr int raw_window = -15; // no header
constexpr int zlib_memory = 8;
constexpr int zstd_level = 1;

fault damaged() {
    return {errc::bad_http_request, "a compressed body that is damaged"};
}

fault too_large() {
    return {errc::message_too_large};
}

Bytef* bytes_of(std::string_view text) {
    return reinterpret_cast<Bytef*>(const_cast<char*>(text.data())); // zlib only reads from it
}

/// gzip, of one member or several; and deflate, with the header of zlib that the standard wants or
/// without one, as many servers send it.
class inflate_stage final : public content_decoder::stage {
public:
    explicit inflate_stage(bool is_gzip) : is_gzip_(is_gzip) {}
    ~inflate_stage() override {
        if (is_begun_ && !is_plain_) inflateEnd(&zip_);
    }
    inflate_stage(const inflate_stage&) = delete;
    inflate_stage& operator=(const inflate_stage&) = delete;

    result<void> feed(std::string_view bytes, std::size_t room, std::string& out) override {
        if (bytes.empty()) return {};
        if (!is_begun_ && !begin(bytes)) return damaged();
        if (is_plain_) {
            if (bytes.size() > room) return too_large();
            out.append(bytes);
            return {};
        }
        zip_.next_in = bytes_of(bytes);
        zip_.avail_in = static_cast<uInt>(bytes.size());
        std::array<char, piece_bytes> space;
        for (bool is_full = false; zip_.avail_in > 0 || is_full;) {
            if (has_ended_ && !begin_next()) return {};
            zip_.next_out = reinterpret_cast<Bytef*>(space.data());
            zip_.avail_out = static_cast<uInt>(space.size());
            const int done = inflate(&zip_, Z_SYNC_FLUSH);
            if (done != Z_OK && done != Z_STREAM_END && done != Z_BUF_ERROR) return damaged();
            const auto made = space.size() - zip_.avail_out;
            if (out.size() + made > room) return too_large();
            out.append(space.data(), made);
            has_ended_ = done == Z_STREAM_END;
            is_full = zip_.avail_out == 0 && !has_ended_;
            if (made == 0 && done == Z_BUF_ERROR) break;
        }
        return {};
    }
    [[nodiscard]] bool is_whole() const override { return !is_begun_ || is_plain_ || has_ended_; }

private:
    bool begin(std::string_view bytes) {
        constexpr unsigned header_modulus = 31; // RFC 1950, 2.2: FCHECK
        constexpr unsigned method_deflate = 8;
        is_begun_ = true;
        const auto first = static_cast<unsigned char>(bytes[0]);
        // A proxy that decompresses and leaves the field in place: no gzip begins like that.
        is_plain_ = is_gzip_ && first != 0x1f;
        if (is_plain_) return true;
        int window = gzip_window;
        if (!is_gzip_) {
            const bool has_method = (first & 0x0fU) == method_deflate;
            const auto second = bytes.size() > 1 ? static_cast<unsigned char>(bytes[1]) : 0U;
            const bool is_checked =
                bytes.size() == 1 || (first * 256U + second) % header_modulus == 0;
            window = has_method && is_checked ? zlib_window : raw_window;
        }
        if (inflateInit2(&zip_, window) == Z_OK) return true;
        is_plain_ = true; // there is nothing to be ended
        return false;
    }
    /// Another member may follow (RFC 1952, 2.2); anything else after the end is left alone.
    bool begin_next() {
        if (!is_gzip_ || zip_.avail_in == 0 || *zip_.next_in != 0x1f) return false;
        has_ended_ = false;
        return inflateReset(&zip_) == Z_OK;
    }

    z_stream zip_{};
    bool is_gzip_;
    bool is_begun_ = false;
    bool is_plain_ = false;
    bool has_ended_ = false;
};

class brotli_stage final : public content_decoder::stage {
public:
    brotli_stage() : state_(BrotliDecoderCreateInstance(nullptr, nullptr, nullptr)) {}
    ~brotli_stage() override { BrotliDecoderDestroyInstance(state_); }
    brotli_stage(const brotli_stage&) = delete;
    brotli_stage& operator=(const brotli_stage&) = delete;
    [[nodiscard]] bool is_good() const { return state_ != nullptr; }

    result<void> feed(std::string_view bytes, std::size_t room, std::string& out) override {
        auto left = bytes.size();
        const auto* next = reinterpret_cast<const std::uint8_t*>(bytes.data());
        std::array<char, piece_bytes> space;
        for (;;) {
            auto free = space.size();
            auto* to = reinterpret_cast<std::uint8_t*>(space.data());
            const auto done =
                BrotliDecoderDecompressStream(state_, &left, &next, &free, &to, nullptr);
            if (done == BROTLI_DECODER_RESULT_ERROR) return damaged();
            const auto made = space.size() - free;
            if (out.size() + made > room) return too_large();
            out.append(space.data(), made);
            if (done != BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) return {};
        }
    }
    [[nodiscard]] bool is_whole() const override {
        return BrotliDecoderIsUsed(state_) == 0 || BrotliDecoderIsFinished(state_) != 0;
    }

private:
    BrotliDecoderState* state_;
};

class zstd_stage final : public content_decoder::stage {
public:
    zstd_stage() : state_(ZSTD_createDCtx()) {
        if (state_ != nullptr)
            ZSTD_DCtx_setParameter(state_, ZSTD_d_windowLogMax, zstd_window_log_max);
    }
    ~zstd_stage() override { ZSTD_freeDCtx(state_); }
    zstd_stage(const zstd_stage&) = delete;
    zstd_stage& operator=(const zstd_stage&) = delete;
    [[nodiscard]] bool is_good() const { return state_ != nullptr; }

    result<void> feed(std::string_view bytes, std::size_t room, std::string& out) override {
        ZSTD_inBuffer from{bytes.data(), bytes.size(), 0};
        std::array<char, piece_bytes> space;
        for (bool is_full = false; from.pos < from.size || is_full;) {
            ZSTD_outBuffer to{space.data(), space.size(), 0};
            const auto wanted = ZSTD_decompressStream(state_, &to, &from);
            if (ZSTD_isError(wanted) != 0) return damaged();
            if (out.size() + to.pos > room) return too_large();
            out.append(space.data(), to.pos);
            is_whole_ = wanted == 0;
            is_full = to.pos == to.size && !is_whole_;
        }
        return {};
    }
    [[nodiscard]] bool is_whole() const override { return is_whole_; }

private:
    ZSTD_DCtx* state_;
    bool is_whole_ = true;
};

class gzip_encoder final : public content_encoder {
public:
    gzip_encoder()
        : is_good_(deflateInit2(&zip_, gzip_level, Z_DEFLATED, gzip_window, zlib_memory,
                                Z_DEFAULT_STRATEGY) == Z_OK) {}
    ~gzip_encoder() override {
        if (is_good_) deflateEnd(&zip_);
    }
    gzip_encoder(const gzip_encoder&) = delete;
    gzip_encoder& operator=(const gzip_encoder&) = delete;
    [[nodiscard]] bool is_good() const { return is_good_; }

    bool feed(std::string_view bytes, bool is_last, std::string& out) override {
        zip_.next_in = bytes_of(bytes);
        zip_.avail_in = static_cast<uInt>(bytes.size());
        std::array<char, piece_bytes> space;
        do {
            zip_.next_out = reinterpret_cast<Bytef*>(space.data());
            zip_.avail_out = static_cast<uInt>(space.size());
            if (deflate(&zip_, is_last ? Z_FINISH : Z_NO_FLUSH) == Z_STREAM_ERROR) return false;
            out.append(space.data(), space.size() - zip_.avail_out);
        } while (zip_.avail_out == 0);
        return true;
    }

private:
    z_stream zip_{};
    bool is_good_;
};

class zstd_encoder final : public content_encoder {
public:
    zstd_encoder() : state_(ZSTD_createCCtx()) {
        if (state_ != nullptr) ZSTD_CCtx_setParameter(state_, ZSTD_c_compressionLevel, zstd_level);
    }
    ~zstd_encoder() override { ZSTD_freeCCtx(state_); }
    zstd_encoder(const zstd_encoder&) = delete;
    zstd_encoder& operator=(const zstd_encoder&) = delete;
    [[nodiscard]] bool is_good() const { return state_ != nullptr; }

    bool feed(std::string_view bytes, bool is_last, std::string& out) override {
        ZSTD_inBuffer from{bytes.data(), bytes.size(), 0};
        std::array<char, piece_bytes> space;
        for (;;) {
            ZSTD_outBuffer to{space.data(), space.size(), 0};
            const auto left =
                ZSTD_compressStream2(state_, &to, &from, is_last ? ZSTD_e_end : ZSTD_e_continue);
            if (ZSTD_isError(left) != 0) return false;
            out.append(space.data(), to.pos);
            if (is_last ? left == 0 : from.pos == from.size) return true;
        }
    }

private:
    ZSTD_CCtx* state_;
};

template <class Interface, class Made>
std::unique_ptr<Interface> good(std::unique_ptr<Made> made) {
    if (!made->is_good()) return nullptr;
    return made;
}

} // namespace

std::unique_ptr<content_decoder::stage> make_decoder_stage(content_coding coding) {
    if (coding == content_coding::br)
        return good<content_decoder::stage>(std::make_unique<brotli_stage>());
    if (coding == content_coding::zstd)
        return good<content_decoder::stage>(std::make_unique<zstd_stage>());
    return std::make_unique<inflate_stage>(coding == content_coding::gzip);
}

std::unique_ptr<content_encoder> make_encoder(content_coding coding) {
    if (coding == content_coding::gzip)
        return good<content_encoder>(std::make_unique<gzip_encoder>());
    if (coding == content_coding::zstd)
        return good<content_encoder>(std::make_unique<zstd_encoder>());
    return nullptr;
}

} // namespace mcpgw
