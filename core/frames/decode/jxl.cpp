#include "core/frames/decode/imagedecoder.h"

#include <jxl/decode.h>
#include <jxl/decode_cxx.h>

namespace birblens {

namespace {

const uint8_t *dataOf(const QByteArray &bytes)
{
    return reinterpret_cast<const uint8_t *>(bytes.constData());
}

} // namespace

ImageHeader inspectJxl(const QByteArray &bytes)
{
    ImageHeader facts;
    facts.format = ImageFormat::Jxl;
    const JxlDecoderPtr decoder = JxlDecoderMake(nullptr);
    JxlDecoderSubscribeEvents(decoder.get(), JXL_DEC_BASIC_INFO);
    // Not closed: what ends too early wants more, and is told from what is wrong.
    JxlDecoderSetInput(decoder.get(), dataOf(bytes), static_cast<size_t>(bytes.size()));
    JxlBasicInfo info;
    const JxlDecoderStatus status = JxlDecoderProcessInput(decoder.get());
    if (status != JXL_DEC_BASIC_INFO ||
        JxlDecoderGetBasicInfo(decoder.get(), &info) != JXL_DEC_SUCCESS) {
        facts.noEnd = status == JXL_DEC_NEED_MORE_INPUT;
        return facts;
    }
    // The decoder turns by the orientation in the code stream, which is the one that counts
    // (ISO/IEC 18181-2, 9.2: EXIF's is to be passed over).
    const bool turned = info.orientation >= JXL_ORIENT_TRANSPOSE;
    facts.stored = QSize(static_cast<int>(std::min(turned ? info.ysize : info.xsize, 0x7FFFFFFFU)),
                         static_cast<int>(std::min(turned ? info.xsize : info.ysize, 0x7FFFFFFFU)));
    // A number of four bytes for every channel; measured: 7 bytes a pixel and ours.
    const qint64 channels = qint64(info.num_color_channels) + info.num_extra_channels;
    const qint64 pixels = std::min<qint64>(facts.stored.width(), 1 << 20) *
                          std::min<qint64>(facts.stored.height(), 1 << 20);
    facts.cost = pixels * (3 + 4 * std::max<qint64>(3, channels));
    return facts;
}

Decoded decodeJxl(const QByteArray &bytes, const ImageHeader &header)
{
    Decoded decoded;
    const JxlDecoderPtr decoder = JxlDecoderMake(nullptr);
    JxlDecoderSubscribeEvents(decoder.get(), JXL_DEC_FULL_IMAGE);
    JxlDecoderSetInput(decoder.get(), dataOf(bytes), static_cast<size_t>(bytes.size()));
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
            : QStringLiteral("This JPEG XL file is damaged inside");
    return decoded;
}

} // namespace birblens
