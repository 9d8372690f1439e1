// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/frames/decode/imagedecoder.h"
#include "core/frames/decode/jxlframes.h"

#include <jxl/decode.h>
#include <jxl/decode_cxx.h>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdlib>

namespace birblens {

namespace {

const uint8_t *dataOf(const QByteArray &bytes)
{
    return reinterpret_cast<const uint8_t *>(bytes.constData());
}

/**
 * Memory for one decoder, at most maxDecodeBytes. The header tells the size of the picture; what a
 * file can make the decoder take beyond it, as hidden frames kept for reference, only the decoder
 * finds. libjxl takes all its memory from here since 0.11; before, jxlNeed() has to do.
 */
class Allowance
{
public:
    Allowance()
        : m_manager{this, take, giveBack}
    {
    }
    Q_DISABLE_COPY_MOVE(Allowance)

    const JxlMemoryManager *manager() const { return &m_manager; }
    bool wasRefused() const { return m_refused; }

private:
    static constexpr size_t before = alignof(std::max_align_t); ///< where the size is kept

    static void *take(void *user, size_t size)
    {
        auto *self = static_cast<Allowance *>(user);
        if (size > maxDecodeBytes ||
            self->m_taken.fetch_add(qint64(size)) + qint64(size) > maxDecodeBytes) {
            if (size <= maxDecodeBytes)
                self->m_taken -= qint64(size);
            self->m_refused = true;
            return nullptr;
        }
        auto *memory = static_cast<std::byte *>(std::malloc(size + before));
        if (memory == nullptr) {
            self->m_taken -= qint64(size);
            return nullptr;
        }
        *reinterpret_cast<size_t *>(memory) = size;
        return memory + before;
    }

    static void giveBack(void *user, void *address)
    {
        if (address == nullptr)
            return;
        std::byte *memory = static_cast<std::byte *>(address) - before;
        static_cast<Allowance *>(user)->m_taken -= qint64(*reinterpret_cast<size_t *>(memory));
        std::free(memory);
    }

    JxlMemoryManager m_manager;
    std::atomic<qint64> m_taken = 0;
    std::atomic<bool> m_refused = false;
};

} // namespace

ImageHeader inspectJxl(const QByteArray &bytes)
{
    ImageHeader facts;
    facts.format = ImageFormat::Jxl;
    const QByteArray stream = jxlCodeStream(bytes);
    const Allowance allowance;
    const JxlDecoderPtr decoder = JxlDecoderMake(allowance.manager());
    JxlDecoderSetKeepOrientation(decoder.get(), JXL_TRUE);
    JxlDecoderSubscribeEvents(decoder.get(), JXL_DEC_BASIC_INFO | JXL_DEC_COLOR_ENCODING);
    // Not closed: what ends too early wants more, and is told from what is wrong.
    JxlDecoderSetInput(decoder.get(), dataOf(stream), static_cast<size_t>(stream.size()));
    JxlBasicInfo info;
    const JxlDecoderStatus status = JxlDecoderProcessInput(decoder.get());
    if (status != JXL_DEC_BASIC_INFO ||
        JxlDecoderGetBasicInfo(decoder.get(), &info) != JXL_DEC_SUCCESS) {
        facts.noEnd = status == JXL_DEC_NEED_MORE_INPUT;
        return facts;
    }
    // Turned by the orientation in the code stream, which is the one that counts (ISO/IEC 18181-2,
    // 9.2: EXIF's is to be passed over), but not by libjxl, which takes 24 bytes a pixel for it.
    facts.orientation = static_cast<int>(info.orientation);
    facts.stored = QSize(static_cast<int>(std::min(info.xsize, 0x7FFFFFFFU)),
                         static_cast<int>(std::min(info.ysize, 0x7FFFFFFFU)));
    facts.cost = 3 * std::min<qint64>(facts.stored.width(), 1 << 20) *
                 std::min<qint64>(facts.stored.height(), 1 << 20);
    // The colours read, what is left are the frames.
    if (facts.cost > maxDecodeBytes ||
        JxlDecoderProcessInput(decoder.get()) != JXL_DEC_COLOR_ENCODING)
        return facts;
    const auto left = static_cast<qsizetype>(JxlDecoderReleaseInput(decoder.get()));
    const JxlNeed need = jxlNeed(stream, stream.size() - left, info);
    facts.cost += need.bytes;
    facts.problem = need.problem;
    if (facts.problem.isEmpty() && facts.cost > maxDecodeBytes)
        facts.problem = QStringLiteral("The image is too large: decoding it takes %1 MB")
                            .arg(facts.cost / 1024 / 1024);
    return facts;
}

Decoded decodeJxl(const QByteArray &bytes, const ImageHeader &header)
{
    Decoded decoded;
    const Allowance allowance;
    const JxlDecoderPtr decoder = JxlDecoderMake(allowance.manager());
    JxlDecoderSetKeepOrientation(decoder.get(), JXL_TRUE);
    JxlDecoderSubscribeEvents(decoder.get(), JXL_DEC_FULL_IMAGE);
    const QByteArray stream = jxlCodeStream(bytes);
    JxlDecoderSetInput(decoder.get(), dataOf(stream), static_cast<size_t>(stream.size()));
    const JxlPixelFormat format{3, JXL_TYPE_UINT8, JXL_NATIVE_ENDIAN, 4}; // QImage's alignment
    JxlDecoderStatus status = JXL_DEC_ERROR;
    bool whole = false;
    while (!whole) {
        status = JxlDecoderProcessInput(decoder.get());
        if (status == JXL_DEC_NEED_IMAGE_OUT_BUFFER) {
            decoded.image = blankImage(header.stored);
            size_t needed = 0;
            if (decoded.image.isNull() ||
                JxlDecoderImageOutBufferSize(decoder.get(), &format, &needed) != JXL_DEC_SUCCESS ||
                static_cast<qsizetype>(needed) > decoded.image.sizeInBytes() ||
                JxlDecoderSetImageOutBuffer(decoder.get(), &format, decoded.image.bits(),
                                            static_cast<size_t>(decoded.image.sizeInBytes())) !=
                    JXL_DEC_SUCCESS)
                break;
        } else if (status == JXL_DEC_FULL_IMAGE) {
            whole = true; // of an animation the first picture
        } else {
            break;
        }
    }
    if (whole)
        return decoded;
    decoded.damage =
        status == JXL_DEC_NEED_MORE_INPUT
            ? QStringLiteral("The image is cut off after %1 KB").arg((bytes.size() + 1023) / 1024)
        : allowance.wasRefused()
            ? QStringLiteral("The image is too large: decoding it takes more than %1 MB")
                  .arg(maxDecodeBytes / 1024 / 1024)
            : QStringLiteral("This JPEG XL file is damaged inside");
    return decoded;
}

} // namespace birblens
