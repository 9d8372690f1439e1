// SPDX-License-Identifier: GPL-3.0-or-later

#pragma once

#include <QImage>
#include <QRect>
#include <QString>

namespace birblens {

/** What is written into a picture of a film; empty: nothing. */
struct FilmCaption
{
    QString photo;   ///< over the photograph: the prediction
    QString overlay; ///< over the overlay: `Grad CAM (chickadee)`
    QString time;    ///< below, left
    QString place;   ///< below, right: `3 of 7`
};

/**
 * Where a film's photograph and overlay lie: side by side, one below the other where a frame is
 * much wider than high. All pictures of a film share one layout. Width and height are even.
 */
class FilmLayout
{
public:
    /**
     * @p frame of the first frame, in pixels. It is scaled so that its longer side is at most
     * @p longestSide, and at least 240.
     */
    FilmLayout(const QSize &frame, int longestSide, bool withOverlay);

    QSize size() const { return m_size; }
    QSize panel() const { return m_photo.size(); } ///< of the photograph and of the overlay

    /** @p overlay null: left out. Both at most as large as panel(), else they are cut off. */
    QImage paint(const QImage &photo, const QImage &overlay, const FilmCaption &caption) const;

private:
    int m_font; ///< pixels
    QRect m_photo;
    QRect m_overlay; ///< empty: none
    QRect m_bar;
    QSize m_size;
};

} // namespace birblens
