// SPDX-License-Identifier: GPL-3.0-or-later

#include "core/frames/decode/jxlframes.h"

#include "core/frames/decode/imagedecoder.h"

#include <QtEndian>

#include <algorithm>
#include <array>

namespace birblens {

namespace {

constexpr qint64 mostCoded = 4 * maxPixels; ///< in all frames of one picture: they take time, too

/** Fields of the code stream (ISO/IEC 18181-1, annex B): the lowest bit first. */
class Bits
{
public:
    struct Choice
    {
        int bits;
        quint32 offset;
    };

    Bits(const QByteArray &bytes, qsizetype from)
        : m_bytes(bytes)
        , m_at(8 * from)
    {
    }

    quint64 take(int count)
    {
        quint64 value = 0;
        for (int i = 0; i < count; ++i, ++m_at) {
            if (m_at / 8 >= m_bytes.size()) {
                m_over = true;
                return 0;
            }
            value |= quint64((uchar(m_bytes[m_at / 8]) >> (m_at % 8)) & 1) << i;
        }
        return value;
    }
    quint64 take(const std::array<Choice, 4> &choices)
    {
        const Choice &choice = choices[take(2)];
        return choice.offset + take(choice.bits);
    }
    void skip(int count) { m_at += count; }
    quint64 takeLong()
    {
        switch (take(2)) {
        case 0:
            return 0;
        case 1:
            return 1 + take(4);
        case 2:
            return 17 + take(8);
        default:
            break;
        }
        quint64 value = take(12);
        for (int shift = 12; take(1) != 0; shift += 8) {
            if (shift == 60)
                return value | take(4) << shift;
            value |= take(8) << shift;
        }
        return value;
    }
    void align() { m_at = (m_at + 7) / 8 * 8; }
    qsizetype byte() const { return m_at / 8; }
    bool isOver() const { return m_over || m_at > 8 * m_bytes.size(); }

private:
    const QByteArray &m_bytes;
    qsizetype m_at;
    bool m_over = false;
};

/** What a frame's header says, hidden ones' too, which libjxl does not tell of (annex F). */
struct JxlFrame
{
    enum Type { Regular, Dc, ReferenceOnly, SkipProgressive };
    quint64 type = Regular;
    bool modular = false;
    qint64 width = 0;
    qint64 height = 0;
    qint64 upsampling = 1;
    qint64 passes = 1;
    bool shown = true; ///< no further frame belongs to the first picture
    bool kept = false;
    quint64 slot = 0;
    bool known = true; ///< that nothing in it is beyond this reader
    qsizetype end = 0; ///< where the next one begins; 0 when that cannot be told
};

qint64 parts(qint64 of, qint64 size)
{
    return (of + size - 1) / size;
}

/** @p info of the picture, which is as large as the frame where it says no size. */
JxlFrame frameAt(Bits &bits, const JxlBasicInfo &info, qint64 width, qint64 height)
{
    using Choices = std::array<Bits::Choice, 4>;
    constexpr Choices sizes{{{8, 0}, {11, 256}, {14, 2304}, {30, 18688}}};
    constexpr Choices upTo3{{{0, 0}, {0, 1}, {0, 2}, {3, 3}}};
    const int extra = static_cast<int>(info.num_extra_channels);
    const bool xyb = info.uses_original_profile == JXL_FALSE;
    JxlFrame frame;
    frame.width = width;
    frame.height = height;
    int groupShift = 1;
    int acrossShift = 0;
    int downShift = 0;
    if (bits.take(1) == 0) {
        frame.type = bits.take(2);
        frame.modular = bits.take(1) != 0;
        const bool usesDc = (bits.takeLong() & 0x20) != 0;
        if (!xyb && bits.take(1) != 0 && !usesDc) {
            for (int c = 0; c < 3; ++c) {
                const quint64 sampling = bits.take(2);
                acrossShift |= sampling == 1 || sampling == 2 ? 1 : 0;
                downShift |= sampling == 1 || sampling == 3 ? 1 : 0;
            }
        }
        if (!usesDc) {
            frame.upsampling = 1 << bits.take(2);
            bits.skip(2 * extra);
        }
        if (frame.modular)
            groupShift = static_cast<int>(bits.take(2));
        else if (xyb)
            bits.skip(6);
        if (frame.type != JxlFrame::ReferenceOnly) {
            frame.passes = qint64(bits.take({{{0, 1}, {0, 2}, {0, 3}, {3, 4}}}));
            if (frame.passes != 1) {
                const auto reductions =
                    static_cast<int>(bits.take({{{0, 0}, {0, 1}, {0, 2}, {1, 3}}}));
                bits.skip(2 * (static_cast<int>(frame.passes) - 1) + 2 * reductions);
                for (int i = 0; i < reductions; ++i)
                    bits.take({{{0, 0}, {0, 1}, {0, 2}, {3, 0}}});
            }
        }
        bool partial = false;
        if (frame.type == JxlFrame::Dc) {
            const qint64 reduction = 8LL << (3 * bits.take(2));
            frame.width = parts(width, reduction);
            frame.height = parts(height, reduction);
        } else if (bits.take(1) != 0) {
            qint64 x = 0;
            qint64 y = 0;
            if (frame.type != JxlFrame::ReferenceOnly) {
                const quint64 x2 = bits.take(sizes);
                const quint64 y2 = bits.take(sizes);
                x = (x2 & 1) != 0 ? -qint64(x2 / 2) - 1 : qint64(x2 / 2);
                y = (y2 & 1) != 0 ? -qint64(y2 / 2) - 1 : qint64(y2 / 2);
            }
            frame.width = qint64(bits.take(sizes));
            frame.height = qint64(bits.take(sizes));
            partial = frame.type != JxlFrame::ReferenceOnly &&
                      (x > 0 || y > 0 || frame.width + x < width || frame.height + y < height);
        }
        bool last = false;
        bool replaces = true;
        quint64 duration = 0;
        if (frame.type == JxlFrame::Regular || frame.type == JxlFrame::SkipProgressive) {
            for (int c = 0; c <= extra; ++c) {
                const quint64 mode = bits.take({{{0, 0}, {0, 1}, {0, 2}, {2, 3}}});
                const bool withAlpha = extra > 0 && (mode == 2 || mode == 3);
                if (withAlpha)
                    bits.take(upTo3);
                if (withAlpha || mode == 4)
                    bits.skip(1);
                if (mode != 0 || partial)
                    bits.skip(2);
                replaces = c == 0 ? mode == 0 : replaces;
            }
            if (info.have_animation != JXL_FALSE) {
                duration = bits.take({{{0, 0}, {0, 1}, {8, 0}, {32, 0}}});
                if (info.animation.have_timecodes != JXL_FALSE)
                    bits.skip(32);
            }
            last = bits.take(1) != 0 && frame.type == JxlFrame::Regular;
        }
        frame.shown = last || duration > 0;
        if (frame.type != JxlFrame::Dc) {
            frame.slot = last ? 0 : bits.take(2);
            frame.kept = !last && (duration == 0 || frame.slot != 0);
            if (frame.type == JxlFrame::ReferenceOnly || (frame.kept && replaces && !partial))
                bits.skip(1);
        }
        bits.skip(8 * static_cast<int>(bits.take({{{0, 0}, {4, 0}, {5, 16}, {10, 48}}})));
        if (bits.take(1) == 0) { // the loop filter, annex J
            if (bits.take(1) != 0 && bits.take(1) != 0)
                bits.skip(6 * 16);
            if (bits.take(2) != 0) {
                if (!frame.modular && bits.take(1) != 0)
                    bits.skip(8 * 16);
                if (bits.take(1) != 0)
                    bits.skip(5 * 16);
                if (bits.take(1) != 0)
                    bits.skip((frame.modular ? 3 : 4) * 16);
                if (frame.modular)
                    bits.skip(16);
            }
            frame.known = bits.takeLong() == 0;
        }
        frame.known = bits.takeLong() == 0 && frame.known;
    }
    const qint64 across = parts(frame.width, frame.upsampling);
    const qint64 down = parts(frame.height, frame.upsampling);
    const qint64 group = 128LL << groupShift;
    const qint64 groups = parts(across, group) * parts(down, group);
    const qint64 dcGroups = parts(parts(across, 8LL << acrossShift) << acrossShift, group) *
                            parts(parts(down, 8LL << downShift) << downShift, group);
    const qint64 sections =
        groups == 1 && frame.passes == 1 ? 1 : 2 + dcGroups + groups * frame.passes;
    // Sections in another order: only an entropy decoder finds where they end.
    if (!frame.known || sections > 65536 || bits.take(1) != 0)
        return frame;
    bits.align();
    qint64 length = 0;
    for (qint64 i = 0; i < sections && !bits.isOver(); ++i)
        length += qint64(bits.take({{{10, 0}, {14, 1024}, {22, 17408}, {30, 4211712}}}));
    bits.align();
    frame.end = bits.byte() + length;
    return frame;
}

} // namespace

QByteArray jxlCodeStream(const QByteArray &bytes)
{
    if (!bytes.startsWith('\0'))
        return bytes;
    QByteArray parts;
    for (qsizetype at = 0; at + 8 <= bytes.size();) {
        qsizetype head = 8;
        quint64 length = qFromBigEndian<quint32>(bytes.constData() + at);
        if (length == 1 && at + 16 <= bytes.size()) {
            length = qFromBigEndian<quint64>(bytes.constData() + at + 8);
            head = 16;
        }
        const auto left = static_cast<quint64>(bytes.size() - at);
        if (length == 0 || length > left)
            length = left;
        if (length < static_cast<quint64>(head))
            break;
        const auto end = at + static_cast<qsizetype>(length);
        const QByteArrayView type = QByteArrayView(bytes).sliced(at + 4, 4);
        if (type == QByteArrayView("jxlc", 4))
            return bytes.sliced(at + head, end - at - head);
        if (type == QByteArrayView("jxlp", 4) && end - at >= head + 4)
            parts += QByteArrayView(bytes).sliced(at + head + 4, end - at - head - 4);
        at = end;
    }
    return parts;
}

// The numbers of bytes were measured with libjxl 0.7.
JxlNeed jxlNeed(const QByteArray &stream, qsizetype first, const JxlBasicInfo &info)
{
    const qint64 extra = info.num_extra_channels;
    const qint64 channels = 3 + extra;
    const qint64 pixels = qint64(info.xsize) * info.ysize;
    std::array<qint64, 4> kept{};
    JxlNeed need;
    bool preview = info.have_preview != JXL_FALSE;
    qint64 allCoded = 0;
    for (qsizetype at = first; at < stream.size();) {
        Bits bits(stream, at);
        const JxlFrame frame = frameAt(bits, info, preview ? info.preview.xsize : info.xsize,
                                       preview ? info.preview.ysize : info.ysize);
        if (bits.isOver())
            break; // the decoder does not come so far either
        const bool cropped =
            frame.type == JxlFrame::Regular || frame.type == JxlFrame::SkipProgressive;
        const double size = double(frame.width) * double(frame.height);
        if (!preview && size > double(maxPixels)) {
            need.problem =
                QStringLiteral("The image is too large: a frame of %1 x %2 pixels is inside")
                    .arg(frame.width)
                    .arg(frame.height);
            return need;
        }
        if (!preview) {
            const qint64 coded =
                parts(frame.width, frame.upsampling) * parts(frame.height, frame.upsampling);
            // Modular: every channel twice as integers. Else three bytes; coefficients of several
            // passes; with further channels all groups wait for these.
            qint64 bytes = coded * (frame.modular ? 8 * channels
                                                  : 3 + (frame.passes > 1 ? 12 : 0) +
                                                        (extra > 0 ? 16 * (extra + 1) : 0));
            const qint64 floats =
                4 * channels * std::max(frame.width * frame.height, cropped ? pixels : 0);
            bytes += (frame.shown ? 0 : floats) + (frame.kept ? floats : 0);
            for (const qint64 other : kept)
                bytes += other;
            need.bytes = std::max(need.bytes, bytes);
            allCoded += coded;
            if (frame.kept)
                kept[frame.slot] = floats;
            if (frame.shown)
                break;
        }
        if (allCoded > mostCoded) {
            need.problem = QStringLiteral("The image is too large: it is put together of too many "
                                          "layers");
            return need;
        }
        if (frame.end == 0) {
            need.problem =
                QStringLiteral("This JPEG XL file is put together in a way that cannot be read");
            return need;
        }
        preview = false;
        at = frame.end;
    }
    return need;
}

} // namespace birblens
