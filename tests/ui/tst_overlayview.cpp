// SPDX-License-Identifier: GPL-3.0-or-later

#include "ui/views/overlaygeometry.h"
#include "ui/views/overlayview.h"

#include "paintedregion.h"

#include <QSignalSpy>
#include <QTest>
#include <QWheelEvent>

#include <cmath>

using namespace birblens;
using Mode = OverlayView::Mode;

class TestOverlayView : public QObject
{
    Q_OBJECT
private Q_SLOTS:
    void panesAreAsLargeAsPossible();
    void zoomKeepsThePointUnderTheCursor();
    void picturesStayInTheirPanes();
    void alphaIsPaintedAtOnce_data();
    void alphaIsPaintedAtOnce();
    void wipeAndBare();
    void newPhotoTakesTheHeatAway();
    void zoomIsLinkedAndKept();
    void percentFollowsTheWindow();
    void theSeenPartLiesInItsPlace();
    void pendingDimsThenSpins();
    void theSpinnerPaintsNothingElse();
    void keys();
    void severalClasses();
    void sentence();
    void previewThenFull();

private:
    static QImage plain(const QColor &color, const QSize &size = QSize(48, 64))
    {
        QImage image(size, QImage::Format_RGB32);
        image.fill(color);
        return image;
    }
    static void show(OverlayView &view, Mode mode)
    {
        view.resize(720, 500);
        view.setMode(mode);
        view.setOverlayExpected(true);
        const QImage photo = plain(QColor(0, 0, 200));
        view.setPhoto(photo, photo, "Prediction: chickadee (89.52%)");
        view.setPanes({{"Grad CAM (chickadee)", plain(QColor(200, 0, 0)), {}}});
        view.show();
    }
    static QColor colorAt(OverlayView &view, const QPointF &point)
    {
        return view.grab().toImage().pixelColor((point * view.devicePixelRatioF()).toPoint());
    }
};

void TestOverlayView::panesAreAsLargeAsPossible()
{
    const QRectF area(0, 0, 700, 500);
    const QSizeF portrait(480, 640);
    const QList<QRectF> two = layoutPanes(area, portrait, 2, 20, 16);
    QCOMPARE(two.size(), 2);
    QCOMPARE(two.at(0).top(), two.at(1).top());
    QCOMPARE(two.at(0).size(), two.at(1).size());
    QCOMPARE(two.at(0).top(), 20.0);
    QCOMPARE(two.at(1).right(), 700.0);

    // Very wide frames are larger one above the other.
    const QList<QRectF> wide = layoutPanes(area, QSizeF(1000, 200), 2, 20, 16);
    QCOMPARE(wide.at(0).left(), wide.at(1).left());
    QVERIFY(wide.at(1).top() > wide.at(0).bottom());
    QCOMPARE(layoutPanes(area, portrait, 0, 20, 16).size(), 0);

    const QList<QRectF> five = layoutPanes(area, portrait, 5, 20, 16);
    for (const QRectF &pane : five) {
        QVERIFY(area.adjusted(-1, -1, 1, 1).contains(pane));
        for (const QRectF &other : five)
            QVERIFY(pane == other || !pane.intersects(other));
    }
}

void TestOverlayView::zoomKeepsThePointUnderTheCursor()
{
    const QRectF pane(10, 20, 300, 400);
    const QSizeF frame(480, 640);
    const QPointF at(120, 150);
    const auto under = [&](const ViewZoom &zoom) {
        const QRectF picture = pictureRect(pane, frame, zoom);
        return QPointF((at.x() - picture.left()) / picture.width(),
                       (at.y() - picture.top()) / picture.height());
    };
    ViewZoom zoom;
    const QPointF before = under(zoom);
    for (int i = 0; i < 8; ++i)
        zoom = zoomedTo(zoom, pane, frame, effectiveScale(pane, frame, zoom) * 1.3, at);
    QVERIFY(!zoom.fit);
    const QPointF after = under(zoom);
    QVERIFY(std::abs(before.x() - after.x()) < 1e-6);
    QVERIFY(std::abs(before.y() - after.y()) < 1e-6);

    const ViewZoom moved = panned(zoom, pane, frame, QPointF(-30, -12));
    const QRectF was = pictureRect(pane, frame, zoom);
    const QRectF is = pictureRect(pane, frame, moved);
    QVERIFY(std::abs(is.left() - (was.left() - 30)) < 1e-6);
    QVERIFY(std::abs(is.top() - (was.top() - 12)) < 1e-6);

    // Back to about the size that fits is fit again.
    QVERIFY(zoomedTo(zoom, pane, frame, fitScale(pane, frame) * 1.01, at).fit);
}

void TestOverlayView::picturesStayInTheirPanes()
{
    const QRectF pane(0, 0, 300, 400);
    const QSizeF frame(480, 640);
    ViewZoom zoom{false, 2.0, {0.5, 0.5}};
    zoom = panned(zoom, pane, frame, QPointF(5000, 5000));
    const QRectF picture = pictureRect(pane, frame, zoom);
    QCOMPARE(picture.topLeft(), pane.topLeft());
    zoom = panned(zoom, pane, frame, QPointF(-9000, -9000));
    QVERIFY(std::abs(pictureRect(pane, frame, zoom).right() - pane.right()) < 1e-6);
    // Smaller than the pane: in its middle.
    const QRectF small = pictureRect(pane, frame, {false, 0.1, {0.1, 0.9}});
    QCOMPARE(small.center(), pane.center());
}

void TestOverlayView::alphaIsPaintedAtOnce_data()
{
    QTest::addColumn<double>("alpha");
    QTest::newRow("none") << 0.0;
    QTest::newRow("half") << 0.5;
    QTest::newRow("all") << 1.0;
}

void TestOverlayView::alphaIsPaintedAtOnce()
{
    QFETCH(double, alpha);
    OverlayView view;
    show(view, Mode::SideBySide);
    view.setAlpha(alpha);
    const QList<QRectF> rects = view.pictureRects();
    QCOMPARE(rects.size(), 2);
    const QColor bare = colorAt(view, rects.at(0).center());
    QCOMPARE(bare, QColor(0, 0, 200));
    const QColor mixed = colorAt(view, rects.at(1).center());
    QVERIFY(std::abs(mixed.red() - 200 * alpha) <= 2);
    QVERIFY(std::abs(mixed.blue() - 200 * (1 - alpha)) <= 2);
}

void TestOverlayView::wipeAndBare()
{
    OverlayView view;
    show(view, Mode::Wipe);
    view.setAlpha(1.0);
    QRectF picture = view.pictureRects().at(0);
    QCOMPARE(view.pictureRects().size(), 1);
    const auto left = [&] { return colorAt(view, picture.center() - QPointF(40, 20)); };
    const auto right = [&] { return colorAt(view, picture.center() + QPointF(40, 20)); };
    QCOMPARE(left(), QColor(0, 0, 200));
    QCOMPARE(right(), QColor(200, 0, 0));

    // Drag the divider to the left: heat is where the photograph was.
    QTest::mousePress(&view, Qt::LeftButton, {}, picture.center().toPoint());
    QTest::mouseMove(&view, QPoint(int(picture.left()) + 10, int(picture.center().y())));
    QTest::mouseRelease(&view, Qt::LeftButton, {}, QPoint(int(picture.left()) + 10, 200));
    QVERIFY(view.wipePosition() < 0.2);
    QCOMPARE(left(), QColor(200, 0, 0));

    QTest::keyPress(&view, Qt::Key_Space);
    QVERIFY(view.isBare());
    QCOMPARE(left(), QColor(0, 0, 200));
    QTest::keyRelease(&view, Qt::Key_Space);
    QVERIFY(!view.isBare());

    view.setMode(Mode::OverlayOnly);
    picture = view.pictureRects().at(0);
    QCOMPARE(left(), QColor(200, 0, 0));
    QCOMPARE(right(), QColor(200, 0, 0));
}

void TestOverlayView::newPhotoTakesTheHeatAway()
{
    OverlayView view;
    show(view, Mode::SideBySide);
    view.setAlpha(1.0);
    QVERIFY(view.hasHeat());
    const QImage next = plain(QColor(0, 150, 0));
    view.setPhoto(next, next, "Prediction: none");
    QVERIFY(!view.hasHeat());
    for (const QRectF &rect : view.pictureRects())
        QCOMPARE(colorAt(view, rect.center()), QColor(0, 150, 0));
    QCOMPARE(view.shownTitles().first(), "Prediction: none");
}

void TestOverlayView::zoomIsLinkedAndKept()
{
    OverlayView view;
    show(view, Mode::SideBySide);
    QVERIFY(view.zoom().fit);
    const QPointF at = view.pictureRects().at(1).center();
    QWheelEvent wheel(at, view.mapToGlobal(at), {}, QPoint(0, 480), Qt::NoButton, Qt::NoModifier,
                      Qt::NoScrollPhase, false);
    QCoreApplication::sendEvent(&view, &wheel);
    QVERIFY(!view.zoom().fit);
    QCOMPARE(view.pictureRects().at(0).size(), view.pictureRects().at(1).size());
    const ViewZoom zoom = view.zoom();
    const QImage next = plain(QColor(0, 150, 0));
    view.setPhoto(next, next, {});
    QCOMPARE(view.zoom(), zoom);
    view.zoomToPixels();
    QCOMPARE(view.percent(), 100.0);
    view.zoomIn();
    QVERIFY(view.percent() > 120.0);
    view.zoomToFit();
    QVERIFY(view.zoom().fit);
}

void TestOverlayView::percentFollowsTheWindow()
{
    OverlayView view;
    show(view, Mode::OverlayOnly);
    QCoreApplication::processEvents();
    const double before = view.percent();
    QSignalSpy changed(&view, &OverlayView::zoomChanged);
    view.resize(view.size() / 2);
    QTRY_VERIFY(!changed.isEmpty());
    QVERIFY(view.percent() < before);
}

void TestOverlayView::theSeenPartLiesInItsPlace()
{
    // Each pixel says where it is.
    QImage photo(48, 64, QImage::Format_RGB32);
    for (int y = 0; y < photo.height(); ++y) {
        for (int x = 0; x < photo.width(); ++x)
            photo.setPixelColor(x, y, QColor(5 * x, 0, 3 * y));
    }
    QImage heat(photo.size(), QImage::Format_ARGB32_Premultiplied);
    heat.fill(Qt::transparent);
    for (int y = 0; y < heat.height(); ++y)
        heat.setPixelColor(24, y, QColor(0, 255, 0));
    OverlayView view;
    show(view, Mode::SideBySide);
    view.setPhoto(photo, photo, {});
    view.setPanes({{QString(), heat, {}}});
    view.setAlpha(1.0);

    const auto check = [&] {
        for (int pane = 0; pane < 2; ++pane) {
            const QRectF picture = view.pictureRects().at(pane);
            const QImage seen = view.grab().toImage();
            int checked = 0;
            for (const QPoint &pixel : {QPoint(20, 30), QPoint(24, 32), QPoint(28, 40)}) {
                const QPointF at = picture.topLeft() +
                                   QPointF((pixel.x() + 0.5) * picture.width() / photo.width(),
                                           (pixel.y() + 0.5) * picture.height() / photo.height());
                const QPoint device = (at * view.devicePixelRatioF()).toPoint();
                if (!seen.rect().contains(device))
                    continue;
                const QColor colour = seen.pixelColor(device);
                ++checked;
                if (pane == 1 && pixel.x() == 24) {
                    QVERIFY(colour.green() > 200);
                    continue;
                }
                QVERIFY2(std::abs(colour.red() - 5 * pixel.x()) <= 4 &&
                             std::abs(colour.blue() - 3 * pixel.y()) <= 4,
                         qPrintable(QStringLiteral("%1,%2: %3")
                                        .arg(pixel.x())
                                        .arg(pixel.y())
                                        .arg(colour.name())));
            }
            QVERIFY(checked >= 2);
        }
    };
    check();
    if (QTest::currentTestFailed())
        return;
    // Where single pixels are seen, then a little aside.
    for (int i = 0; i < 6; ++i)
        view.zoomIn();
    check();
    if (QTest::currentTestFailed())
        return;
    const QPoint middle = view.pictureRects().at(0).center().toPoint();
    QTest::mousePress(&view, Qt::LeftButton, {}, middle);
    QTest::mouseMove(&view, middle + QPoint(13, -17));
    QTest::mouseRelease(&view, Qt::LeftButton, {}, middle + QPoint(13, -17));
    check();
    if (QTest::currentTestFailed())
        return;
    // Another frame at the same place.
    const QImage green = plain(QColor(0, 150, 0));
    view.setPhoto(green, green, {});
    QCOMPARE(colorAt(view, view.pictureRects().at(0).center()), QColor(0, 150, 0));
}

void TestOverlayView::pendingDimsThenSpins()
{
    OverlayView view;
    show(view, Mode::OverlayOnly);
    view.setAlpha(1.0);
    view.setPending(true);
    QVERIFY(!view.spinnerShown());
    const QRectF picture = view.pictureRects().at(0);
    const QColor dimmed = colorAt(view, picture.topLeft() + QPointF(20, 20));
    QVERIFY(dimmed.red() < 120 && dimmed.blue() > 80);
    QTRY_VERIFY(view.spinnerShown());
    view.setPending(false);
    QVERIFY(!view.spinnerShown());
    QCOMPARE(colorAt(view, picture.center()), QColor(200, 0, 0));

    // Nor does another frame before it has been waited for.
    view.setPending(true);
    QTRY_VERIFY(view.spinnerShown());
    const QImage next = plain(QColor(0, 150, 0));
    view.setPhoto(next, next, {});
    QVERIFY(!view.spinnerShown());
    QTRY_VERIFY(view.spinnerShown());
    view.setPending(false);

    // A quick answer never shows a spinner.
    view.setPending(true);
    view.setPending(false);
    QTest::qWait(200);
    QVERIFY(!view.spinnerShown());
}

void TestOverlayView::theSpinnerPaintsNothingElse()
{
    OverlayView view;
    show(view, Mode::SideBySide);
    QVERIFY(QTest::qWaitForWindowExposed(&view));
    view.setPending(true);
    QTRY_VERIFY(view.spinnerShown());
    QCoreApplication::processEvents();
    PaintedRegion painted(&view);
    QTRY_VERIFY(!painted.region().isEmpty());
    const QRectF overlay = view.pictureRects().at(1);
    QVERIFY(painted.region().boundingRect().contains(overlay.center().toPoint()));
    QVERIFY(painted.region().boundingRect().width() < 80);
}

void TestOverlayView::keys()
{
    OverlayView view;
    show(view, Mode::SideBySide);
    QSignalSpy steps(&view, &OverlayView::stepRequested);
    for (const Qt::Key key : {Qt::Key_Left, Qt::Key_Right, Qt::Key_Home, Qt::Key_PageDown}) {
        QTest::keyClick(&view, key);
        QCOMPARE(steps.takeFirst().at(0).toInt(), static_cast<int>(key));
    }
}

void TestOverlayView::severalClasses()
{
    OverlayView view;
    show(view, Mode::SideBySide);
    const QImage heat = plain(QColor(200, 0, 0));
    view.setPanes({{"Grad CAM (chickadee)", heat, {}},
                   {"Grad CAM (magpie)", heat, "Nothing in this frame speaks for magpie"}});
    QCOMPARE(view.pictureRects().size(), 3);
    QCOMPARE(view.shownTitles(), QStringList({"Prediction: chickadee (89.52%)",
                                              "Grad CAM (chickadee)", "Grad CAM (magpie)"}));
    view.setMode(Mode::OverlayOnly);
    QCOMPARE(view.pictureRects().size(), 2);
    view.setOverlayExpected(false);
    QCOMPARE(view.pictureRects().size(), 1);
}

void TestOverlayView::sentence()
{
    OverlayView view;
    show(view, Mode::SideBySide);
    view.setSentence("The camera has deleted this frame.");
    QVERIFY(!view.hasPhoto());
    QVERIFY(!view.hasHeat());
    QCOMPARE(view.sentence(), "The camera has deleted this frame.");
    QVERIFY(!view.grab().isNull());
}

/** A large frame is there reduced first: it has its place and its zoom already. */
void TestOverlayView::previewThenFull()
{
    OverlayView view;
    view.resize(720, 500);
    view.show();
    view.setPhoto({}, plain(QColor(0, 0, 200), {60, 80}), "none", {3000, 4000});
    QVERIFY(view.hasPhoto());
    QVERIFY(!view.isFull());
    const QRectF place = view.pictureRects().constFirst();
    const double percent = view.percent();
    QCOMPARE(colorAt(view, place.center()), QColor(0, 0, 200));
    view.zoomToPixels();
    QCOMPARE(view.percent(), 100.0);
    QCOMPARE(colorAt(view, view.rect().center()), QColor(0, 0, 200));
    view.setFullPhoto(plain(QColor(0, 200, 0), {3000, 4000}));
    QVERIFY(view.isFull());
    QCOMPARE(colorAt(view, view.rect().center()), QColor(0, 200, 0));
    view.zoomToFit();
    QCOMPARE(view.pictureRects().constFirst(), place);
    QCOMPARE(view.percent(), percent);
    view.clear();
    QVERIFY(!view.hasPhoto());
}

QTEST_MAIN(TestOverlayView)
#include "tst_overlayview.moc"
